// A match of the screening beside the customer, line by line, and the decision about it.
import { html, useRef, useState } from '../../../shared/view.js';
import { Dialog } from '../../parts/dialog.js';
import { By } from '../../parts/event.js';
import { Button, Form, Lines, refused } from '../../parts/form.js';
import { Refusals } from '../../parts/notice.js';
import { Time } from '../../parts/state.js';
import { country, isOpen, word } from '../../words.js';
import { Meanwhile, Over, heed, useDecision, useMeanwhile } from './desk.js';
import { Day, Meter } from './result.js';

/** So many names are shown at once. */
const FEW = 4;

const nothing = html`<span class="none">not known</span>`;
const list = (texts) => (texts.length > 0 ? html`<ul>${texts.map((text) => html`<li><bdi>${text}</bdi></li>`)}</ul>` : nothing);

const Aliases = ({ names }) => html`${list(names.slice(0, FEW))}
  ${names.length > FEW && html`<details><summary>${names.length - FEW} more</summary>${list(names.slice(FEW))}</details>`}`;

const Badge = ({ decision }) => html`<span class="badge plain" data-of=${decision}>${word('decision', decision)}</span>`;

/** The two of them side by side. */
const Beside = ({ match, customer }) => html`<table class="beside">
  <thead><tr><td></td><th scope="col">Customer</th><th scope="col">On the list</th></tr></thead>
  <tbody>
    <tr><th scope="row">Name</th><td><bdi>${customer.name}</bdi></td><td><strong><bdi>${match.listedName}</bdi></strong></td></tr>
    <tr><th scope="row">Other names</th><td>${nothing}</td><td><${Aliases} names=${match.listedNames.filter((name) => name !== match.listedName)} /></td></tr>
    <tr><th scope="row">Born</th><td>${customer.dateOfBirth ? html`<${Day} of=${customer.dateOfBirth} />` : nothing}</td><td>${list(match.listedBirthDates)}</td></tr>
    <tr><th scope="row">Country</th><td>${customer.country ? country(customer.country) : nothing}</td><td>${list(match.listedCountries.map(country))}</td></tr>
    <tr><th scope="row">Listed for</th><td></td><td>${list(match.programs)}</td></tr>
    <tr><th scope="row">Entry</th><td></td><td>${match.list}, <code>${match.entityId}</code></td></tr>
  </tbody></table>`;

export function Match({ match, customer, may, ask }) {
  const decide = (decision) => ask({ of: 'match', id: match.id, decision });
  const pending = match.decision === 'PENDING';
  return html`<li class="match" data-id=${match.id} data-of=${match.decision}>
    <div class="top"><h4 id=${`match-${match.id}`} tabindex="-1"><bdi>${match.listedName}</bdi></h4><${Badge} decision=${match.decision} />
      <${Meter} score=${Math.round(match.score * 100)} label="Score of the match" /></div>
    ${pending ? html`<${Beside} match=${match} customer=${customer} />`
      : html`<details class="explains"><summary>Beside the customer</summary><${Beside} match=${match} customer=${customer} /></details>`}
    ${match.explanation.length > 0 && html`<details class="explains" open=${pending}><summary>Why it matched</summary>
      <ul>${match.explanation.map((line) => html`<li dir="auto">${line}</li>`)}</ul></details>`}
    ${match.note && html`<p class="said" dir="auto">${match.note}</p>`}
    ${match.decidedAt && html`<p class="sub"><span>${word('decision', match.decision)} ${match.decidedBy && html`by <${By} actor=${match.decidedBy} />`}</span>
      <${Time} at=${match.decidedAt} style="second" /></p>`}
    ${may && html`<div class="decisions" role="group" aria-label=${`Decide: ${match.listedName}`}>
      ${match.decision !== 'CLEARED' && html`<button type="button" class=${pending ? 'primary' : undefined} onClick=${() => decide('CLEARED')}>Clear${pending ? ': somebody else' : ' after all'}</button>`}
      ${match.decision !== 'CONFIRMED' && html`<button type="button" class=${pending ? 'danger' : 'bare'} onClick=${() => decide('CONFIRMED')}>Confirm${pending ? ': this is them' : ' after all'}</button>`}
    </div>`}
  </li>`;
}

const MEANS = {
  CLEARED: 'The customer is somebody else. When every match is cleared, the screening completes.',
  CONFIRMED: 'The customer is this listed person. The screening cannot complete then; the customer learns nothing of it. You may reject the attempt next.',
};

export function DecideMatch({ desk, attempt, id, decision: wanted, onClose, onDone }) {
  const now = attempt.steps.flatMap(({ result }) => result?.matches ?? []).find((one) => one.id === id);
  const latest = useRef(now);
  if (now) latest.current = now;
  const match = latest.current;
  const [decision, setDecision] = useState(wanted ?? '');
  const [note, setNote] = useState('');
  const [missing, setMissing] = useState({});
  const [decide, { busy, errors, trouble }] = useDecision(desk, 'screeningMatchDecide');
  const meanwhile = useMeanwhile(`${match.decision} ${match.decidedAt}`, () => false);
  const moved = meanwhile.moved && !busy;
  const send = async () => {
    const lacks = { decision: decision ? undefined : 'Choose one.', note: note.trim() ? undefined : 'Write down why: an auditor will ask.' };
    setMissing(lacks);
    if (moved) heed();
    if (lacks.decision || lacks.note || moved) return;
    if (await decide({ matchId: match.id, decision, note: note.trim() })) onDone(`The match was ${decision === 'CLEARED' ? 'cleared' : 'confirmed'}.`);
  };
  const choice = (value, name) => html`<label class="move"><input type="radio" name="decision" value=${value} checked=${decision === value} autofocus=${wanted ? wanted === value : value === 'CLEARED'}
    aria-invalid=${missing.decision && value === 'CLEARED' ? 'true' : undefined} onChange=${() => setDecision(value)} />
    <span><span class="name">${name}</span><span class=${value === 'CONFIRMED' ? 'hint warning' : 'hint'}>${MEANS[value]}</span></span></label>`;
  return html`<${Dialog} title="Decide the match" wide onClose=${onClose}><${Form} onSubmit=${send} trouble=${trouble}>
    ${moved && html`<${Meanwhile} meanwhile=${meanwhile} what="The decision"><${Badge} decision=${match.decision} />
      ${match.decidedBy && html` by <${By} actor=${match.decidedBy} />`}${match.note && html`: <span dir="auto">${match.note}</span>`}<//>`}
    <${Beside} match=${match} customer=${attempt.customer} />
    ${!isOpen(attempt) && !busy ? html`<${Over} onClose=${onClose}>The attempt ended meanwhile: ${word('state', attempt.state).toLowerCase()}.<//>`
      : !now && !busy && html`<${Over} onClose=${onClose}>The screening ran again meanwhile, and this match is not of that run. Decide on what it found now.<//>`}
    ${(isOpen(attempt) && now) || busy || note ? html`
      <fieldset class="moves"><legend>Is this the customer?</legend>${choice('CLEARED', 'Clear: somebody else')}${choice('CONFIRMED', 'Confirm: this is them')}
        ${missing.decision && html`<p class="wrong">${missing.decision}</p>`}</fieldset>
      <${Lines} label="Note" rows="3" maxlength="2000" dir="auto" hint="Why, for your team and the audit. The customer never sees it."
        value=${note} onText=${setNote} error=${refused(errors, 'note') ?? missing.note} />
      <${Refusals} errors=${errors} besides=${['note']} />
      <div class="buttons"><${Button} type="submit" kind=${decision === 'CONFIRMED' ? 'danger' : 'primary'} busy=${busy}>${
        decision === 'CONFIRMED' ? 'Confirm the match' : decision === 'CLEARED' ? 'Clear the match' : 'Decide'}<//>
        <button type="button" onClick=${onClose}>Cancel</button></div>` : null}
  <//><//>`;
}
