// How many attempts there are in each state; each number leads to them.
import { html } from '../../../shared/view.js';
import { Sign } from '../../parts/state.js';
import { word } from '../../words.js';

/** The order in which a journey goes. */
const ORDER = ['CREATED', 'IN_PROGRESS', 'COMPLETED', 'REJECTED', 'EXPIRED'];

/** A part as a share of all, in whole percents; what is not nothing is not shown as 0. */
export const share = (part, all) => (part > 0 && part / all < 0.005 ? '<1%' : `${Math.round((part / Math.max(1, all)) * 100)}%`);

export function Tiles({ summary, from, to }) {
  const counts = Object.fromEntries(summary.attemptsByState.map(({ state, count }) => [state, count]));
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const list = (changes) => `/#${new URLSearchParams({ ...changes, from, to })}`;
  return html`<ul class="tiles" aria-label="Attempts by state">
    <${Tile} name="All attempts" number=${all} href=${list({})} />
    ${ORDER.map((state) => html`<${Tile} key=${state} of=${state} name=${word('state', state)} number=${counts[state] ?? 0}
      more=${share(counts[state] ?? 0, all)} href=${list({ state })} />`)}
  </ul>`;
}

const Tile = ({ of, name, number, more, href }) => html`<li class="tile" data-of=${of}><a href=${href}>
  <span class="name">${of && html`<${Sign} of=${of} />`}${name}</span>
  <span class="big">${number.toLocaleString('en')}</span>${more && html`<span class="more"> ${more}</span>`}</a></li>`;
