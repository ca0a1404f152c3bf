// A step: where it stands, what came of it, and what a reviewer may do with it.
import { html } from '../../../shared/view.js';
import { Because } from '../../parts/event.js';
import { Status, Time, Waiting } from '../../parts/state.js';
import { lasting, useNow } from '../../time.js';
import { word } from '../../words.js';
import { movesOf } from './moves.js';
import { Result } from './result.js';
import { Screening } from './screening.js';

/** What a reviewer does most when a step waits on them, one press away. About a screening they decide its matches. */
const AT_HAND = ['pass', 'again', 'fail'];

export function Step({ step, attempt, may, ask }) {
  const { kind, status } = step;
  const screening = kind === 'SANCTION_SCREENING';
  const moves = may ? movesOf(step) : [];
  const hand = step.waitingOn === 'REVIEWER' && !screening ? moves.filter(({ key }) => AT_HAND.includes(key)) : [];
  const begin = (move) => ask({ of: 'step', id: step.id, move });
  const name = word('kind', kind);
  const any = moves.length > 0 && html`<button type="button" class="bare" onClick=${() => begin()}>${hand.length > 0 ? 'More…' : 'Decide…'}<span class="visually-hidden"> ${name}</span></button>`;
  return html`<li class="step card" data-kind=${kind} data-of=${status} data-version=${step.version}>
    <div class="top">
      <span class="position" aria-hidden="true">${step.position}</span>
      <h3 id=${`step-${step.id}`} tabindex="-1">${name}</h3>
      <p class="where"><${Status} status=${status} />${step.waitingOn && html`<span>waits on <${Waiting} on=${step.waitingOn} /></span>`}</p>
      ${hand.length === 0 && any}
    </div>
    <${Facts} step=${step} over=${attempt.endedAt} />
    ${step.reason && html`<div class="why"><${Because} reason=${step.reason} /></div>`}
    ${screening ? html`<${Screening} step=${step} attempt=${attempt} may=${may} ask=${ask} />` : html`<${Result} step=${step} />`}
    ${hand.length > 0 && html`<div class="decisions" role="group" aria-label=${`Decide: ${name}`}>
      ${hand.map(({ key, name: does, danger }) => html`<button key=${key} type="button" class=${key === 'pass' ? 'primary' : danger ? 'danger' : undefined}
        onClick=${() => begin(key)}>${does}</button>`)}${any}</div>`}
  </li>`;
}

/** `over` is when the attempt ended, if it has: nothing goes on after that. */
function Facts({ step: { status, tries, maxTries, provider, startedAt, endedAt }, over }) {
  const now = useNow();
  if (!startedAt) return null;
  const seconds = Math.max(0, (new Date(endedAt ?? over ?? now) - new Date(startedAt)) / 1000);
  return html`<dl class="sub">
    <div><dt>Tries</dt><dd>${tries} of ${maxTries}</dd></div>
    <div><dt>${endedAt ? 'Took' : over ? 'Was open for' : status === 'IN_PROGRESS' ? 'Running for' : 'Open for'}</dt><dd>${lasting(seconds)}</dd></div>
    ${provider && html`<div><dt>By</dt><dd>${provider}</dd></div>`}
    <div><dt>Started</dt><dd><${Time} at=${startedAt} style="second" /></dd></div>
    ${endedAt && html`<div><dt>Ended</dt><dd><${Time} at=${endedAt} style="second" /></dd></div>`}
  </dl>`;
}
