// One event of the log as an item of a list: what happened, why, who did it, and when, to the second.
import { html } from '../../shared/view.js';
import { word } from '../words.js';
import { Sign, Time } from './state.js';

/** What people did by hand stands out from what the journey does by itself. */
const KEYS = { HOLD_PLACED: 'HOLD', HOLD_RELEASED: 'HOLD', SCREENING_MATCH_DECIDED: 'DECISION' };

/** Who did something. A kind is said where the name alone would not tell it. */
export const By = ({ actor }) => html`<span class="by"><bdi>${actor.name}</bdi>${
  actor.kind !== 'MEMBER' && actor.name !== word('actor', actor.kind) && html`<span class="none"> (${word('actor', actor.kind)})</span>`}</span>`;

/** Why, as far as whoever looks may know it. */
export const Because = ({ reason }) => reason && html`<span class="because"><code>${reason.code}</code>
  ${reason.message && html`<span dir="auto">${reason.message}</span>`}
  ${reason.staffNote && html`<span class="staff"><span class="for">Staff only</span> <span dir="auto">${reason.staffNote}</span></span>`}</span>`;

/** An event; `linked` names the attempt it is about, where the list is of several (select `attempt { id number }` then). */
export function Event({ event, linked = false, fresh = false }) {
  const to = event.stepTo ?? event.attemptTo;
  return html`<li class="event" data-id=${event.id} data-type=${event.type} data-of=${to ?? KEYS[event.type]} data-fresh=${fresh ? '' : undefined}>
    <span class="mark">${to ? html`<${Sign} of=${to} />` : html`<span class="dot"></span>`}</span>
    <p class="what">${event.summary}${linked && event.attempt && html` <a href=${`/attempts/${event.attempt.id}`}>attempt ${event.attempt.number}</a>`}</p>
    <${Because} reason=${event.reason} />
    <p class="when"><${Time} at=${event.at} style="second" /> <${By} actor=${event.actor} /></p>
  </li>`;
}
