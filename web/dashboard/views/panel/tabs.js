// How many attempts there are in each state, and the reviewer's queue: what one looks at most, one press away.
import { html } from '../../../shared/view.js';
import { useQuery } from '../../query.js';
import { words } from '../../words.js';
import { NOTHING, QUEUE } from './look.js';

const STATES = words('state');

/** Aliases, so that one question counts them all. */
const COUNTS = `{
  ALL: attempts(first: 1) { totalCount }
  QUEUE: attempts(first: 1, filter: { needs: [REVIEWER] }) { totalCount }
  ${STATES.map(([state]) => `${state}: attempts(first: 1, filter: { state: [${state}] }) { totalCount }`).join('\n')}
}`;

/** Milliseconds between two counts while things move. */
const EVERY = 3000;

export function Tabs({ look, setLook }) {
  const { data } = useQuery(COUNTS, {}, { touches: () => true, space: EVERY });
  const only = (wanted) => Object.keys(NOTHING).every((name) => ['after', 'before'].includes(name) || (look[name] ?? '') === (wanted[name] ?? ''));
  const tab = (key, name, wanted) => html`<li key=${key}><button type="button" data-of=${key} aria-pressed=${String(only(wanted))}
    onClick=${() => setLook({ ...NOTHING, ...wanted })}>${name}<span class="count">${data?.[key].totalCount.toLocaleString('en') ?? '…'}</span></button></li>`;
  return html`<ul class="tabs" aria-label="Attempts by state">
    ${tab('ALL', 'All', {})}
    ${tab('QUEUE', 'Reviewer’s queue', QUEUE)}
    ${STATES.map(([state, name]) => tab(state, name, { state }))}
  </ul>`;
}
