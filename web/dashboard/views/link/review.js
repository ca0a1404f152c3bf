// Looking it over, and generating the link.
import { html } from '../../../shared/view.js';
import { change } from '../../api.js';
import { Button, useAction } from '../../parts/form.js';
import { Failure, Refusals, say } from '../../parts/notice.js';
import { LINKED } from '../../parts/links.js';
import { Until, chosen, hoursOf } from '../../parts/validity.js';
import { useSession } from '../../session.js';
import { isOpen, word } from '../../words.js';
import { Facts } from '../customer/facts.js';
import { inputOf, stageOf } from './draft.js';
import { OpenAttempt } from './open.js';
import { useChosen } from './who.js';

export function Review({ draft, set, go, done }) {
  const { refresh } = useSession();
  const chosenOne = useChosen(draft.kind === 'known' ? draft.customerId : undefined);
  const customer = draft.kind === 'known' ? chosenOne.data?.customer : draft.typed;
  const [generate, { busy, errors, trouble }] = useAction(async () => {
    const answer = await change('kycLinkGenerate', inputOf(draft), 'url replayed attempt { ...Linked customer { id name } }', LINKED);
    if (answer.userErrors.length === 0) {
      done(answer);
      return answer;
    }
    if (answer.userErrors.some(({ code }) => code === 'ACTIVE_ATTEMPT_EXISTS')) {
      set({ standing: answer.attempt });
      return answer;
    }
    // The merchant's journey, or where a customer may be sent, is another one by now.
    if (answer.userErrors.some(({ field }) => ['steps', 'redirectUrl'].includes(field?.[0]))) refresh();
    const stage = stageOf(answer.userErrors[0]);
    if (!stage) return answer;
    set({ errors: answer.userErrors, ...(answer.userErrors[0].field[0] === 'customerId' && { customerId: undefined }) });
    say('The link was not made. See what is wrong in the form.');
    go(stage);
    return undefined;
  });
  const latest = chosenOne.data?.customer?.latestAttempt;
  const open = isOpen(latest) ? latest : isOpen(draft.standing) && draft.standing.version >= (latest?.version ?? 0) ? draft.standing : undefined;
  const part = (stage, title, children) => html`<section class="part"><h3>${title}</h3>
    <button type="button" class="bare" onClick=${() => go(stage)}>Change<span class="visually-hidden"> ${title.toLowerCase()}</span></button>
    ${children}</section>`;
  return html`<div class="review">
    ${part('customer', 'Customer', customer && html`<p class="name" dir="auto">${customer.name}</p><${Facts} customer=${customer} />
      ${draft.kind === 'fresh' && html`<p class="hint">They are added together with the link.</p>`}`)}
    ${part('journey', 'Steps', html`<ol class="ordered">${draft.steps.map((kind) => html`<li key=${kind}>${word('kind', kind)}</li>`)}</ol>`)}
    ${part('journey', 'Validity', html`<p>Until <${Until} hours=${hoursOf(chosen(draft.validity))} /></p>
      ${draft.redirect.trim() && html`<p>Afterwards to <bdi>${draft.redirect.trim()}</bdi></p>`}`)}
    ${open ? html`<${OpenAttempt} attempt=${open} onChanged=${(attempt) => { set({ standing: attempt }); chosenOne.reload(); }} />` : html`
      <${Refusals} errors=${errors.filter(({ code }) => code !== 'ACTIVE_ATTEMPT_EXISTS')} />
      ${trouble && html`<${Failure} error=${trouble} />`}
      ${trouble && html`<p class="hint">Nothing is lost: pressing again asks for the same link, and never for a second one.</p>`}
      <p class="buttons"><${Button} kind="primary" busy=${busy} onClick=${generate}>Generate the link<//></p>`}
  </div>`;
}
