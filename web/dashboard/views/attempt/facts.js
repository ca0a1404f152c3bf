// What is known of the attempt as a whole.
import { html } from '../../../shared/view.js';
import { Because } from '../../parts/event.js';
import { Ago, Sign, Time, Waiting } from '../../parts/state.js';
import { isOpen, word } from '../../words.js';

const EXPIRED = {
  NEVER_OPENED: 'The customer never opened the link.',
  ABANDONED: 'The customer opened the link, and did not finish in time.',
  REVOKED: 'The link was revoked while the attempt waited on the customer.',
};

/** Why it ended, where it did not end well. */
export const Ending = ({ attempt }) => (attempt.rejection
  ? html`<section class="ended" data-of="REJECTED" aria-label="Rejection"><p class="title">Rejected</p><${Because} reason=${attempt.rejection} /></section>`
  : attempt.expiryReason && html`<section class="ended" aria-label="Expiry"><p class="title">Expired: ${word('expiry', attempt.expiryReason).toLowerCase()}</p>
    <p>${EXPIRED[attempt.expiryReason]}</p></section>`);

/** Who, when, and until when. */
export function Facts({ attempt }) {
  const { customer } = attempt;
  const open = isOpen(attempt);
  const others = customer.attempts.nodes.filter(({ id }) => id !== attempt.id);
  return html`<dl class="whole">
    ${open && html`<div><dt>Waiting on</dt><dd><${Waiting} on=${attempt.waitingOn} />${attempt.waitingOn && html` <span class="sub"><${Ago} at=${attempt.waitingSince} /></span>`}</dd></div>`}
    <div><dt>Created</dt><dd><${Time} at=${attempt.createdAt} /></dd></div>
    <div><dt>Started</dt><dd><${Time} at=${attempt.startedAt} /></dd></div>
    ${!open && html`<div><dt>Ended</dt><dd><${Time} at=${attempt.endedAt} /></dd></div>`}
    ${attempt.expiresAt && html`<div><dt>${open ? 'Expires' : 'Was valid until'}</dt><dd><${Time} at=${attempt.expiresAt} />${open && html` <span class="sub"><${Ago} at=${attempt.expiresAt} ahead /></span>`}</dd></div>`}
    <div><dt>Consent</dt><dd>${attempt.consentedAt ? html`<${Time} at=${attempt.consentedAt} />` : html`<span class="none">not given yet</span>`}</dd></div>
    ${attempt.redirectUrl && html`<div class="long"><dt>Returns to</dt><dd>${attempt.redirectUrl}</dd></div>`}
    ${others.length > 0 && html`<div><dt>Other attempts</dt><dd><ul class="others">${others.map(({ id, number, state }) => html`<li key=${id}>
      <a href=${`/attempts/${id}`}><${Sign} of=${state} />Attempt ${number}<span class="visually-hidden">: </span> <span class="none">${word('state', state).toLowerCase()}</span></a></li>`)}</ul></dd></div>`}
  </dl>`;
}
