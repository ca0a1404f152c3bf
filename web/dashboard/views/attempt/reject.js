// Rejecting the attempt: for good, so it says what it means.
import { html, useState } from '../../../shared/view.js';
import { Dialog } from '../../parts/dialog.js';
import { Button, Form } from '../../parts/form.js';
import { Refusals } from '../../parts/notice.js';
import { NO_REASON, REJECTING, Reason, reasonOf } from '../../parts/reason.js';
import { isOpen, word } from '../../words.js';
import { Meanwhile, Over, heed, useDecision, useMeanwhile } from './desk.js';

const AT_FIELDS = ['reason', 'reason.code', 'reason.message', 'reason.staffNote', 'expectedVersion'];

export function Reject({ desk, attempt, onClose, onDone }) {
  const [reason, setReason] = useState(NO_REASON);
  const [missing, setMissing] = useState();
  const [reject, { busy, errors, trouble }] = useDecision(desk, 'attemptReject');
  const meanwhile = useMeanwhile(attempt.version, (event) => event.attempt?.id === attempt.id);
  const moved = meanwhile.moved && !busy;
  const send = async () => {
    setMissing(reason.code ? undefined : 'Choose a reason.');
    if (moved) heed();
    if (!reason.code || moved) return;
    if (await reject({ attemptId: attempt.id, reason: reasonOf(reason), expectedVersion: meanwhile.seen })) onDone('The attempt was rejected.');
  };
  return html`<${Dialog} title="Reject the attempt" onClose=${onClose}><${Form} onSubmit=${send} trouble=${trouble}>
    <div class="warns"><p><strong>This ends the attempt for good.</strong> Its link dies, no step can be decided any more, and nobody can take it back.
      The customer needs a new attempt to try again.</p></div>
    ${isOpen(attempt) || busy ? html`
      ${moved && html`<${Meanwhile} meanwhile=${meanwhile} what="The attempt">Look at it, and reject it only if that is still right.<//>`}
      <${Reason} first=${REJECTING} value=${reason} onValue=${setReason} errors=${errors} missing=${missing} autofocus />
      <${Refusals} errors=${errors} besides=${AT_FIELDS} />
      <div class="buttons"><${Button} type="submit" kind="danger" busy=${busy}>Reject for good<//><button type="button" onClick=${onClose}>Cancel</button></div>`
      : html`<${Over} onClose=${onClose}>The attempt ended meanwhile: ${word('state', attempt.state).toLowerCase()}.<//>`}
  <//><//>`;
}
