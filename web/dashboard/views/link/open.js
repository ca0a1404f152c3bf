// A customer has one open attempt at most: what to do with the one that is there.
import { html } from '../../../shared/view.js';
import { LinkActions } from '../../parts/links.js';
import { Ago, State, Steps, Waiting } from '../../parts/state.js';
import { word } from '../../words.js';

const Ends = ({ link }) => (link.state === 'EXPIRED' ? html`ended <${Ago} at=${link.expiresAt} />` : html`ends <${Ago} at=${link.expiresAt} ahead />`);

/** The open attempt with its state, and its link's actions. */
export const OpenAttempt = ({ attempt, onChanged }) => html`
  <section class="card open-attempt" aria-label="The open attempt">
    <h3>This customer has an open attempt</h3>
    <p>There is one at a time. Resend its link instead of generating another; when it has ended, a new one can begin.</p>
    <dl class="facts">
      <dt>Attempt</dt><dd><a href=${`/attempts/${attempt.id}`}>Attempt ${attempt.number}</a></dd>
      <dt>State</dt><dd><${State} state=${attempt.state} />${attempt.holds.length > 0 && html` <span class="badge" data-of="HOLD">On hold</span>`}</dd>
      <dt>Steps</dt><dd><${Steps} steps=${attempt.steps} /></dd>
      <dt>Waiting on</dt><dd><${Waiting} on=${attempt.waitingOn} /></dd>
      <dt>Link</dt><dd>${attempt.link ? html`${word('link', attempt.link.state)}, <${Ends} link=${attempt.link} />` : 'none'}</dd>
    </dl>
    <${LinkActions} attempt=${attempt} onChanged=${onChanged} />
  </section>`;
