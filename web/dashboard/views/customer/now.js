// The open attempt of a customer: whose move it is, and its link.
import { html } from '../../../shared/view.js';
import { LinkActions } from '../../parts/links.js';
import { Ago, State, Steps, Waiting } from '../../parts/state.js';
import { word } from '../../words.js';

export const Now = ({ attempt, onChanged }) => html`
  <section class="card" aria-labelledby="now">
    <div class="top"><h2 id="now"><a href=${`/attempts/${attempt.id}`}>Attempt ${attempt.number}</a></h2>
      <p><${State} state=${attempt.state} />${attempt.holds.length > 0 && html` <span class="badge" data-of="HOLD">On hold</span>`}</p></div>
    <dl class="facts">
      <dt>Progress</dt><dd>${attempt.progress.completed} of ${attempt.progress.total} steps</dd>
      <dt>Steps</dt><dd><${Steps} steps=${attempt.steps} /></dd>
      <dt>Waiting on</dt><dd><${Waiting} on=${attempt.waitingOn} />${
        attempt.waitingOn && html` <span class="none"><${Ago} at=${attempt.waitingSince} /></span>`}</dd>
      <dt>Link</dt><dd>${!attempt.link ? html`<span class="none">none</span>` : html`${word('link', attempt.link.state)}${
        attempt.link.state === 'ACTIVE' && html`, <span class="none">ends <${Ago} at=${attempt.link.expiresAt} ahead /></span>`}`}</dd>
      ${attempt.link && html`<dt>Opened</dt><dd>${attempt.link.openCount === 0 ? html`<span class="none">never</span>`
        : html`<${Ago} at=${attempt.link.lastOpenedAt} />`}</dd>`}
    </dl>
    <${LinkActions} attempt=${attempt} onChanged=${onChanged} />
  </section>`;
