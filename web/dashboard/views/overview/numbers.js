// What the bars show, as a table.
import { html } from '../../../shared/view.js';
import { word } from '../../words.js';
import { STATES, fully } from './buckets.js';

const number = (value) => (value ? value.toLocaleString('en') : html`<span class="none">0</span>`);

export const Numbers = ({ buckets, unit }) => html`<div class="table-frame" tabindex="0" role="region" aria-label="The numbers as a table"><table class="numbers">
  <thead><tr><th scope="col">${unit === 'day' ? 'Day' : 'Week'}</th>${STATES.map((state) => html`<th key=${state}
    scope="col">${word('state', state)}</th>`)}<th scope="col">All</th></tr></thead>
  <tbody>${buckets.map((bucket) => html`<tr key=${bucket.from}><th scope="row">${fully(bucket)}</th>
    ${STATES.map((state) => html`<td key=${state}>${number(bucket.counts[state])}</td>`)}<td>${number(bucket.total)}</td></tr>`)}</tbody>
</table></div>`;
