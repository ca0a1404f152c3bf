// States, statuses and times as small pieces of a page. What a colour says is also said by a sign and a word.
import { html } from '../../shared/view.js';
import { useSession } from '../session.js';
import { span, useNow, written } from '../time.js';
import { word } from '../words.js';

const SIGNS = {
  NOT_STARTED: 'M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8', CREATED: 'M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8',
  IN_PROGRESS: 'M12 4a8 8 0 1 1-8 8', COMPLETED: 'M5 12.5l4.5 4.5L19 7.5', FAILED: 'M7 7l10 10M17 7L7 17', REJECTED: 'M7 7l10 10M17 7L7 17',
  REQUIRES_ACTION: 'M12 5v8.5M12 18v.2', EXPIRED: 'M12 7v5l3.5 2.5M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0',
};

/** The sign of a state or status. */
export const Sign = ({ of }) => html`<svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path d=${SIGNS[of] ?? SIGNS.NOT_STARTED} /></svg>`;

/** The state of an attempt; the reason of an expiry beside it. */
export const State = ({ state, expiryReason }) => html`
  <span class="badge" data-of=${state}><${Sign} of=${state} />${word('state', state)}${
    expiryReason && html`<span class="more">${word('expiry', expiryReason)}</span>`}</span>`;

/** The status of a step. */
export const Status = ({ status }) => html`<span class="badge" data-of=${status}><${Sign} of=${status} />${word('status', status)}</span>`;

/** The steps of an attempt, in order, each with its sign. */
export const Steps = ({ steps }) => html`
  <ul class="steps" aria-label="Steps">${steps.map((step) => html`
    <li key=${step.id} class="chip" data-of=${step.status} title=${`${word('kind', step.kind)}: ${word('status', step.status)}`}>
      <${Sign} of=${step.status} />${word('short', step.kind)}<span class="visually-hidden">: ${word('status', step.status)}</span>
    </li>`)}</ul>`;

/** Whose move it is. */
export const Waiting = ({ on }) => (on ? html`<span class="party" data-of=${on}>${word('party', on)}</span>` : html`<span class="none">–</span>`);

/** A moment, written out. */
export function Time({ at, style = 'minute' }) {
  const { merchant } = useSession();
  return at ? html`<time datetime=${at}>${written(at, merchant?.timeZone, style)}</time>` : html`<span class="none">–</span>`;
}

/** How long ago a moment was, or, with `ahead`, how long until it comes; written out for whoever points at it. */
export function Ago({ at, ahead = false }) {
  const { merchant } = useSession();
  const now = useNow();
  if (!at) return html`<span class="none">–</span>`;
  const between = new Date(at) - now;
  // The server's clock and this one's are not the same to the second, nor is `now`.
  const text = ahead ? (between > 0 ? `in ${span(between)}` : 'over') : between > -5000 ? 'just now' : `${span(-between)} ago`;
  return html`<time datetime=${at} title=${written(at, merchant?.timeZone, 'second')}>${text}</time>`;
}
