// A KYC link: what stands in its place once it is made, and what can be done with it.
import { html, useEffect, useRef, useState } from '../../shared/view.js';
import { change } from '../api.js';
import { useSession } from '../session.js';
import { isOpen } from '../words.js';
import { Dialog } from './dialog.js';
import { Button, Form, useAction } from './form.js';
import { Failure, Refusals, say } from './notice.js';
import { Gone, LinkOnce } from './once.js';
import { HOURS_WRONG, Validity, chosen, hoursOf, usual } from './validity.js';

export { LinkOnce } from './once.js';

/** What is to be known of an attempt for its link to be acted on. */
export const LINKED = `fragment Linked on Attempt {
  id number state version waitingOn expiresAt
  steps { id kind position status waitingOn version }
  holds { id }
  link { state expiresAt openCount lastOpenedAt issuedCount }
}`;

/** Whether a hold stops it now; those that were released may be among its holds. */
const isHeld = ({ holds }) => holds.some(({ releasedAt }) => !releasedAt);

/** Whether the attempt ends when its link does: the customer alone keeps it waiting. */
const isTheirs = ({ steps, holds }) => !isHeld({ holds })
  && steps.some(({ waitingOn }) => waitingOn === 'CUSTOMER') && !steps.some(({ waitingOn }) => waitingOn === 'PROVIDER' || waitingOn === 'REVIEWER');

/** What can be done with the link of an attempt, given the state of both. */
function possible(attempt) {
  if (!isOpen(attempt)) return [];
  if (!attempt.link) return ['resend'];
  return { ACTIVE: ['resend', 'extend', 'revoke'], EXPIRED: ['resend', 'extend'] }[attempt.link.state] ?? ['resend'];
}

const NAMES = { resend: 'Resend link', extend: 'Extend', revoke: 'Revoke' };

/**
 * Resend, extend and revoke the link of an attempt (with the fields of `LINKED`), for whoever may. `onChanged` is called with the attempt
 * as it is then.
 */
export function LinkActions({ attempt, onChanged }) {
  const { can } = useSession();
  const [open, setOpen] = useState();
  const used = useRef(false);
  const actions = can('AGENT') ? possible(attempt) : [];
  // What had the focus may go with what was done: it is not left to nobody.
  useEffect(() => {
    if (used.current) keepFocus();
    return () => used.current && setTimeout(keepFocus);
  }, [actions.join()]);
  const View = { resend: Resend, extend: Extend, revoke: Revoke }[open];
  const show = (name) => {
    used.current = true;
    setOpen(name);
  };
  return html`${actions.length > 0 && html`<div class="link-actions">${actions.map((name) => html`
      <button key=${name} type="button" class=${name === 'revoke' ? 'danger' : undefined} onClick=${() => show(name)}>${
        name === 'resend' && !attempt.link ? 'Make a link' : NAMES[name]}</button>`)}</div>`}
    ${View && html`<${View} attempt=${attempt} onChanged=${(changed) => onChanged?.(changed)} onClose=${() => setOpen(undefined)} />`}`;
}

function keepFocus() {
  if (document.activeElement === document.body) document.querySelector('main h1')?.focus({ preventScroll: true });
}

const act = (name, attempt, input = {}, more = '') => change(name, { attemptId: attempt.id, ...input }, `${more} attempt { ...Linked }`, LINKED);

function Resend({ attempt, onChanged, onClose }) {
  const [made, setMade] = useState();
  const [run, { busy, errors, trouble }] = useAction(async () => {
    const answer = await act('kycLinkResend', attempt, {}, 'url replayed');
    if (answer.userErrors.length > 0) return answer;
    setMade(answer);
    onChanged(answer.attempt);
    say(answer.url ? 'A new link is made. The one before does not work any more.' : 'A new link is made, but it cannot be shown.');
    return answer;
  });
  const first = !attempt.link;
  if (made?.url) {
    return html`<${Dialog} title="The new link" wide onClose=${onClose}>
      ${!first && html`<p class="notice">The link that was sent before does not work any more, and neither does any page that was opened with it.</p>`}
      <${LinkOnce} url=${made.url} attempt=${made.attempt} />
      <p class="buttons end"><button type="button" onClick=${onClose}>Done</button></p>
    <//>`;
  }
  const dead = attempt.link && attempt.link.state !== 'ACTIVE';
  // Whoever closes it now would never see the URL that is being made.
  const close = () => busy || onClose();
  return html`<${Dialog} title=${first ? 'Make a link' : 'Resend the link'} onClose=${close}>
    <div class="asked">
      ${made ? html`<${Gone} />` : first
        ? html`<p>This attempt was made without a link. With one, the customer does what is theirs on the journey’s page.</p>`
        : html`<p>${dead ? 'The link of before is dead; this makes a new one.'
          : 'This makes a new link. The one that was sent before stops working at once, and so does any page that was opened with it.'}</p>
        <p>What the customer has done so far stays.
          ${' '}${attempt.link.state === 'EXPIRED' ? 'The validity begins anew.' : 'The link is valid for as long as before.'}</p>`}
      <${Refusals} errors=${errors} />
      ${trouble && html`<${Failure} error=${trouble} />`}
      <p class="buttons end"><${Button} busy=${busy} onClick=${close}>Cancel<//>
        <${Button} kind="primary" busy=${busy} onClick=${run}>Make a new link<//></p>
    </div>
  <//>`;
}

function Extend({ attempt, onChanged, onClose }) {
  const { merchant } = useSession();
  const [value, setValue] = useState(() => usual(merchant));
  const [wrong, setWrong] = useState();
  const [run, { busy, errors, trouble }] = useAction(async (validityHours) => {
    const answer = await act('kycLinkExtend', attempt, { validityHours });
    if (answer.userErrors.length > 0) return answer;
    onChanged(answer.attempt);
    say('The link’s validity is changed.');
    onClose();
    return answer;
  });
  const send = () => {
    const hours = hoursOf(chosen(value));
    setWrong(hours ? undefined : HOURS_WRONG);
    return hours && run(hours);
  };
  const refusedHours = errors.find(({ field }) => field?.join('.') === 'validityHours')?.message;
  return html`<${Dialog} title="Extend the link" onClose=${onClose}>
    <${Form} onSubmit=${send} trouble=${trouble}>
      <p>The URL stays the same. The validity is counted from now, so it may also end sooner than it would have.</p>
      <${Validity} value=${value} error=${wrong ?? refusedHours} onValue=${(next) => { setValue(next); setWrong(undefined); }} />
      <${Refusals} errors=${errors} besides=${['validityHours']} />
      <p class="buttons end"><button type="button" onClick=${onClose}>Cancel</button><${Button} type="submit" kind="primary" busy=${busy}>Extend<//></p>
    <//>
  <//>`;
}

function Revoke({ attempt, onChanged, onClose }) {
  const [run, { busy, errors, trouble }] = useAction(async () => {
    const answer = await act('kycLinkRevoke', attempt);
    if (answer.userErrors.length > 0) return answer;
    onChanged(answer.attempt);
    say(answer.attempt.state === 'EXPIRED' ? 'The link is revoked, and the attempt has ended.' : 'The link is revoked. The attempt goes on.');
    onClose();
    return answer;
  });
  return html`<${Dialog} title="Revoke the link" onClose=${onClose}>
    <div class="asked">
      <p>The customer can’t walk the link any more, and any page that was opened with it ends at once.</p>
      ${isTheirs(attempt)
        ? html`<p><strong>The attempt ends.</strong> It waits on the customer alone, so it becomes Expired (revoked), and nothing
          brings it back. For another try, generate a new link.</p>`
        : html`<p><strong>The attempt goes on without the customer.</strong> ${isHeld(attempt) ? 'It is on hold' : 'Somebody else has it'}, so
          it stays open. If the customer is needed again, resend makes a link that works.</p>`}
      <${Refusals} errors=${errors} />
      ${trouble && html`<${Failure} error=${trouble} />`}
      <p class="buttons end"><button type="button" onClick=${onClose}>Keep it</button>
        <${Button} kind="danger" busy=${busy} onClick=${run}>Revoke the link<//></p>
    </div>
  <//>`;
}
