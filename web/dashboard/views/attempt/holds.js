// Holds: a stop that a reviewer places. Those that are active stand on top of the page.
import { html, useState } from '../../../shared/view.js';
import { Dialog } from '../../parts/dialog.js';
import { Because, By } from '../../parts/event.js';
import { Button, Form, Lines, refused } from '../../parts/form.js';
import { Refusals } from '../../parts/notice.js';
import { HOLDING, NO_REASON, Reason, reasonOf } from '../../parts/reason.js';
import { Time } from '../../parts/state.js';
import { isOpen, word } from '../../words.js';
import { Over, useDecision } from './desk.js';
import { activeHolds } from './moves.js';

/** The holds that stop this attempt now. */
export const HoldBanner = ({ attempt, may, ask }) => isOpen(attempt) && activeHolds(attempt).length > 0 && html`
  <section class="banner" aria-label="Active holds">${activeHolds(attempt).map((hold) => html`<div key=${hold.id} class="hold">
    <div><p class="title">On hold</p><${Because} reason=${hold.reason} />
      <p class="sub">placed by <${By} actor=${hold.placedBy} /> <${Time} at=${hold.placedAt} /></p></div>
    ${may && html`<button type="button" onClick=${() => ask({ of: 'release', id: hold.id })}>Release…</button>`}
  </div>`)}
  <p class="note">The customer can go on with their steps. The attempt does not complete before every hold is released.</p></section>`;

/** Those of before, for the record; and those that outlived the attempt. */
export function PastHolds({ attempt }) {
  const past = isOpen(attempt) ? attempt.holds.filter(({ releasedAt }) => releasedAt) : attempt.holds;
  return past.length > 0 && html`<section class="card"><h2>Holds of before</h2><ul class="past">${past.map((hold) => html`<li key=${hold.id}>
    <${Because} reason=${hold.reason} />
    <p class="sub"><span>Placed by <${By} actor=${hold.placedBy} /> <${Time} at=${hold.placedAt} /></span>
      ${hold.releasedAt ? html`<span>Released by <${By} actor=${hold.releasedBy} /> <${Time} at=${hold.releasedAt} /></span>`
        : html`<span>Not released when the attempt ended</span>`}</p>
    ${hold.releaseNote && html`<p dir="auto" class="said">${hold.releaseNote}</p>`}
  </li>`)}</ul></section>`;
}

export function PlaceHold({ desk, attempt, onClose, onDone }) {
  const [reason, setReason] = useState(NO_REASON);
  const [missing, setMissing] = useState();
  const [place, { busy, errors, trouble }] = useDecision(desk, 'holdPlace');
  const send = async () => {
    setMissing(reason.code ? undefined : 'Choose a reason.');
    if (reason.code && await place({ attemptId: attempt.id, reason: reasonOf(reason) })) onDone('A hold was placed.');
  };
  return html`<${Dialog} title="Place a hold" onClose=${onClose}><${Form} onSubmit=${send} trouble=${trouble}>
    <p>The attempt does not complete while it is on hold. It stops neither the customer nor a rejection, and the customer does not learn of it.</p>
    ${isOpen(attempt) || busy ? html`
      <${Reason} first=${HOLDING} value=${reason} onValue=${setReason} errors=${errors} missing=${missing} secret autofocus />
      <${Refusals} errors=${errors} besides=${['reason', 'reason.code', 'reason.message', 'reason.staffNote']} />
      <div class="buttons"><${Button} type="submit" kind="primary" busy=${busy}>Place the hold<//><button type="button" onClick=${onClose}>Cancel</button></div>`
      : html`<${Ended} attempt=${attempt} onClose=${onClose} />`}
  <//><//>`;
}

export function ReleaseHold({ desk, attempt, id, onClose, onDone }) {
  const [note, setNote] = useState('');
  const [release, { busy, errors, trouble }] = useDecision(desk, 'holdRelease');
  const hold = attempt.holds.find((one) => one.id === id);
  const last = activeHolds(attempt).length === 1 && attempt.steps.every(({ status }) => status === 'COMPLETED');
  const send = async () => {
    if (await release({ holdId: id, note: note.trim() || undefined })) onDone('The hold was released.');
  };
  return html`<${Dialog} title="Release the hold" onClose=${onClose}><${Form} onSubmit=${send} trouble=${trouble}>
    ${hold && html`<${Because} reason=${hold.reason} />`}
    ${hold?.releasedAt && !busy ? html`<${Over} onClose=${onClose}>Released meanwhile by <${By} actor=${hold.releasedBy} />.<//>`
      : !isOpen(attempt) && !busy ? html`<${Ended} attempt=${attempt} onClose=${onClose} />` : html`
      <p>${last ? 'Every step is completed: with this last hold released, the attempt is completed.' : 'The attempt can complete again once nothing else stops it.'}</p>
      <${Lines} label="Note" optional autofocus rows="3" maxlength="2000" dir="auto" hint="For your team. The customer never sees it."
        value=${note} onText=${setNote} error=${refused(errors, 'note')} />
      <${Refusals} errors=${errors} besides=${['note']} />
      <div class="buttons"><${Button} type="submit" kind="primary" busy=${busy}>Release the hold<//><button type="button" onClick=${onClose}>Cancel</button></div>`}
  <//><//>`;
}

const Ended = ({ attempt, onClose }) => html`<${Over} onClose=${onClose}>The attempt ended meanwhile: ${word('state', attempt.state).toLowerCase()}.<//>`;
