// Deciding a step: what happens with it, why, and what the customer will read.
import { html, useId, useState } from '../../../shared/view.js';
import { Dialog } from '../../parts/dialog.js';
import { Button, Form } from '../../parts/form.js';
import { Refusals } from '../../parts/notice.js';
import { NO_REASON, Reason, reasonOf } from '../../parts/reason.js';
import { Status, Waiting } from '../../parts/state.js';
import { isOpen, word } from '../../words.js';
import { Meanwhile, Over, heed, useDecision, useMeanwhile } from './desk.js';
import { movesOf } from './moves.js';

const AT_FIELDS = ['reason', 'reason.code', 'reason.message', 'reason.staffNote', 'expectedVersion'];

export function DecideStep({ desk, attempt, step, move: wanted, onClose, onDone }) {
  const name = word('kind', step.kind);
  const [key, setKey] = useState(wanted ?? '');
  const [reason, setReason] = useState(NO_REASON);
  const [missing, setMissing] = useState({});
  const [decide, { busy, errors, trouble }] = useDecision(desk, 'stepUpdateStatus');
  const meanwhile = useMeanwhile(step.version, (event) => event.step?.id === step.id);
  const moves = movesOf(step);
  const move = moves.find((one) => one.key === key);
  const open = isOpen(attempt) && moves.length > 0;
  // One's own change comes as an event, too, and may come before its answer.
  const moved = meanwhile.moved && !busy;

  const send = async () => {
    const typed = reason.message.trim() || reason.staffNote.trim();
    const lacks = {
      move: move ? undefined : 'Choose what happens with this step.',
      code: !reason.code && (move?.reason || typed) ? 'Choose a reason.' : undefined,
    };
    setMissing(lacks);
    if (moved) heed();
    if (lacks.move || lacks.code || moved) return;
    const input = { stepId: step.id, status: move.to, actionBy: move.actionBy, reason: reasonOf(reason), expectedVersion: meanwhile.seen };
    if (await decide(input)) onDone(`${name} ${move.done}.`);
  };
  return html`<${Dialog} title=${`Decide: ${name}`} onClose=${onClose}>
    <${Form} onSubmit=${send} trouble=${trouble}>
      <p class="stands"><${Status} status=${step.status} /> ${step.waitingOn && html`<span>waits on <${Waiting} on=${step.waitingOn} /></span>`}
        <span>try ${step.tries} of ${step.maxTries}</span></p>
      ${moved && html`<${Meanwhile} meanwhile=${meanwhile} what="This step">It now says: ${word('status', step.status).toLowerCase()}${
        step.waitingOn && html`, waiting on the ${word('party', step.waitingOn).toLowerCase()}`}.<//>`}
      ${!open && !busy && html`<${Over} onClose=${onClose}>There is nothing to decide here any more: the attempt is ${word('state', attempt.state).toLowerCase()}.<//>`}
      ${open && html`
        <${Moves} moves=${moves} chosen=${key} onChoose=${setKey} missing=${missing.move} />
        <${Reason} kind=${step.kind} first=${move?.first} value=${reason} onValue=${setReason} errors=${errors} missing=${missing.code}
          optional=${!move?.reason} toCustomer=${move?.actionBy === 'CUSTOMER'} />
        <${Refusals} errors=${errors} besides=${AT_FIELDS} />
        <div class="buttons"><${Button} type="submit" kind=${move?.danger ? 'danger' : 'primary'} busy=${busy}>${move?.name ?? 'Decide'}<//>
          <button type="button" onClick=${onClose}>Cancel</button></div>`}
    <//>
  <//>`;
}

function Moves({ moves, chosen, onChoose, missing }) {
  const id = useId();
  return html`<fieldset class="moves" aria-describedby=${missing ? `${id}-error` : undefined}>
    <legend>What happens with this step?</legend>
    ${moves.map(({ key, name, says, danger }, at) => html`<label key=${key} class="move">
      <input type="radio" name=${id} value=${key} checked=${key === chosen} autofocus=${chosen ? key === chosen : at === 0} aria-invalid=${missing && at === 0 ? 'true' : undefined} onChange=${() => onChoose(key)} />
      <span><span class="name">${name}</span><span class=${danger ? 'hint warning' : 'hint'}>${says}</span></span></label>`)}
    ${missing && html`<p class="wrong" id=${`${id}-error`}>${missing}</p>`}
  </fieldset>`;
}
