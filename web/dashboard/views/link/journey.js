// What the customer will do, in which order, for how long the link is valid, and where it leads in the end.
import { html, useState } from '../../../shared/view.js';
import { Button, Form, Text } from '../../parts/form.js';
import { Order } from '../../parts/order.js';
import { HOURS_WRONG, Validity, chosen, hoursOf } from '../../parts/validity.js';
import { useSession } from '../../session.js';
import { word } from '../../words.js';
import { refusedOf } from './draft.js';

const nameOf = (kind) => word('kind', kind);

/** What is wrong with where the customer is sent in the end; undefined when it is somewhere that the merchant allows, or nowhere. */
function redirectWrong(text, origins) {
  if (!text.trim()) return undefined;
  const url = URL.canParse(text.trim()) && new URL(text.trim());
  return url && origins.includes(url.origin) && !url.username && !url.password ? undefined : `Enter a whole address that begins with ${origins.join(' or ')}.`;
}

export function Journey({ draft, set, next }) {
  const { merchant, can } = useSession();
  const [local, setLocal] = useState({});
  const origins = merchant.redirectOrigins;
  const put = (field, changes) => {
    setLocal({ ...local, [field]: undefined });
    set({ ...changes, errors: draft.errors.filter((error) => error.field?.[0] !== field) });
  };
  const send = () => {
    const left = merchant.journey.filter((kind) => !draft.steps.includes(kind));
    const wrong = {
      steps: draft.steps.length === 0 ? 'Choose at least one step.'
        : left.length > 0 && !can('ADMIN') ? `Only an admin may leave out a step of the merchant’s journey: add ${left.map(nameOf).join(', ')}.` : undefined,
      validityHours: hoursOf(chosen(draft.validity)) ? undefined : HOURS_WRONG,
      redirectUrl: redirectWrong(draft.redirect, origins),
    };
    setLocal(wrong);
    if (!Object.values(wrong).some(Boolean)) next();
  };
  const wrong = (field) => local[field] ?? refusedOf(draft, field);
  return html`<${Form} onSubmit=${send}>
    <${Order} legend="Steps, in the customer’s order" steps=${draft.steps} error=${wrong('steps')} onSteps=${(steps) => put('steps', { steps })}
      hint=${can('ADMIN') ? 'These are the merchant’s usual ones. Change them for this link as you like.'
        : 'These are the merchant’s usual ones. You can add steps and change the order; only an admin may leave one of them out.'}
      keeps=${(kind) => (!can('ADMIN') && merchant.journey.includes(kind) ? 'asked of everybody' : undefined)} />
    <${Validity} value=${draft.validity} error=${wrong('validityHours')} onValue=${(validity) => put('validityHours', { validity })} />
    ${origins.length > 0
      ? html`<${Text} label="Afterwards, send the customer to" optional type="url" inputmode="url" autocomplete="off" spellcheck=${false} maxlength="2048"
          value=${draft.redirect}
          error=${wrong('redirectUrl')} hint=${`An address that begins with ${origins.join(' or ')}. Left empty, they stay on the journey’s last page.`}
          onText=${(redirect) => put('redirectUrl', { redirect })} />`
      : html`<p class="hint">Afterwards the customer stays on the journey’s last page. ${can('ADMIN')
        ? html`To send them back to a site of yours, allow its origin in the <a href="/settings">settings</a>.`
        : 'An admin can allow sites to send them back to.'}</p>`}
    <p class="buttons"><${Button} type="submit" kind="primary">Continue<//></p>
  <//>`;
}
