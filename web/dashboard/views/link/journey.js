// What the customer will do, in which order, for how long the link is valid, and where it leads in the end.
import { html, useEffect, useRef, useState } from '../../../shared/view.js';
import { Button, Form, Text } from '../../parts/form.js';
import { say } from '../../parts/notice.js';
import { HOURS_WRONG, Validity, chosen, hoursOf } from '../../parts/validity.js';
import { useSession } from '../../session.js';
import { word, words } from '../../words.js';
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
    <${Steps} steps=${draft.steps} error=${wrong('steps')} onSteps=${(steps) => put('steps', { steps })} />
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

/** The steps in their order. What the merchant asks of everybody is left out by an admin alone. */
function Steps({ steps, error, onSteps }) {
  const { merchant, can } = useSession();
  const list = useRef();
  const wanted = useRef();
  // A button keeps the focus when its step has moved, and hands it on when it is gone.
  useEffect(() => {
    if (!wanted.current) return;
    (list.current.querySelector(wanted.current) ?? list.current.querySelector('button'))?.focus();
    wanted.current = undefined;
  });
  const needed = (kind) => !can('ADMIN') && merchant.journey.includes(kind);
  const others = words('kind').map(([kind]) => kind).filter((kind) => !steps.includes(kind));
  const move = (kind, by) => {
    const from = steps.indexOf(kind);
    const to = from + by;
    if (to < 0 || to >= steps.length) return;
    const moved = steps.toSpliced(from, 1).toSpliced(to, 0, kind);
    wanted.current = `[data-kind="${kind}"] [data-by="${by}"]`;
    onSteps(moved);
    say(`${nameOf(kind)} is step ${to + 1} of ${steps.length}.`);
  };
  const remove = (kind) => {
    wanted.current = `[data-add="${kind}"]`;
    onSteps(steps.filter((one) => one !== kind));
    say(`${nameOf(kind)} is left out.`);
  };
  const add = (kind) => {
    wanted.current = `[data-kind="${kind}"] [data-by="-1"]`;
    onSteps([...steps, kind]);
    say(`${nameOf(kind)} is step ${steps.length + 1}.`);
  };
  const arrow = (kind, by, name, sign, able) => html`<button type="button" class="bare" data-by=${by} aria-label=${`Move ${nameOf(kind)} ${name}`}
    aria-disabled=${able ? undefined : 'true'} onClick=${() => move(kind, by)}><svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path d=${sign} /></svg></button>`;
  return html`<fieldset class="choose" ref=${list}>
    <legend>Steps, in the customer’s order</legend>
    <p class="hint">${can('ADMIN') ? 'These are the merchant’s usual ones. Change them for this link as you like.'
      : 'These are the merchant’s usual ones. You can add steps and change the order; only an admin may leave one of them out.'}</p>
    <ol>${steps.map((kind, at) => html`<li key=${kind} data-kind=${kind}>
      <span class="place">${at + 1}</span><span class="kind">${nameOf(kind)}${needed(kind) && html` <span class="note">asked of everybody</span>`}</span>
      ${arrow(kind, -1, 'up', 'M6 14l6-6 6 6', at > 0)}${arrow(kind, 1, 'down', 'M6 10l6 6 6-6', at < steps.length - 1)}
      ${!needed(kind) && html`<button type="button" class="bare" aria-label=${`Leave ${nameOf(kind)} out`} onClick=${() => remove(kind)}>
        <svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17" /></svg></button>`}
    </li>`)}</ol>
    ${others.length > 0 && html`<div class="pills">${others.map((kind) => html`
      <button key=${kind} type="button" class="add" data-add=${kind} onClick=${() => add(kind)}>Add ${nameOf(kind)}</button>`)}</div>`}
    ${error && html`<p class="wrong" role="alert">${error}</p>`}
  </fieldset>`;
}
