// Every attempt of a customer, newest first, as they move.
import { html, useState } from '../../../shared/view.js';
import { ROW } from '../../documents.js';
import { useEvents } from '../../live.js';
import { Failure, Loading } from '../../parts/notice.js';
import { Ago, State, Steps, Waiting } from '../../parts/state.js';
import { useQuery } from '../../query.js';
import { useLook } from '../../router.js';
import { isOpen } from '../../words.js';

/** Attempts on a page. */
const PAGE = 10;

const LIST = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  customer(id: $id) { attempts(first: $first, after: $after, last: $last, before: $before) {
    nodes { ...Row } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }
} ${ROW}`;

const COLUMNS = ['Attempt', 'State', 'Steps', 'End'];

export function Attempts({ id }) {
  const [look, setLook] = useLook();
  const page = look.before ? { last: PAGE, before: look.before } : { first: PAGE, after: look.after };
  const list = useQuery(LIST, { id, ...page }, { touches: ({ type, customer }) => type === 'ATTEMPT_CREATED' && customer?.id === id });
  const [moved, setMoved] = useState(new Map());
  const { nodes, pageInfo } = list.data?.customer?.attempts ?? { nodes: [] };
  // Also of those that are not shown: they may be in the answer that is on its way, as they were before.
  useEvents(({ attempt }) => {
    if (attempt?.customer.id !== id) return;
    setMoved((was) => (was.get(attempt.id)?.version >= attempt.version ? was : new Map(was).set(attempt.id, attempt)));
  });
  const rows = nodes.map((row) => (moved.get(row.id)?.version > row.version ? moved.get(row.id) : row));
  const go = (where) => setLook({ after: '', before: '', ...where });
  return html`<section aria-labelledby="attempts"><h2 id="attempts">Attempts</h2>
    ${list.error && html`<${Failure} error=${list.error} again=${() => { go({}); list.reload(); }} />`}
    ${!list.data && !list.error && html`<${Loading} what="the attempts" />`}
    ${list.data && (rows.length === 0 ? html`<p class="none">No KYC was asked of this customer yet.</p>` : html`
      <div class="scroll"><table class="attempts" role="table" aria-labelledby="attempts">
        <thead role="rowgroup"><tr role="row">${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
        <tbody role="rowgroup">${rows.map((row) => html`<${Row} key=${row.id} row=${row} />`)}</tbody>
      </table></div>`)}
    ${pageInfo && (pageInfo.hasNextPage || pageInfo.hasPreviousPage) && html`<nav class="pages" aria-label="Pages of attempts">
      <button type="button" disabled=${!pageInfo.hasPreviousPage} onClick=${() => go({ before: pageInfo.startCursor })}>Newer</button>
      <button type="button" disabled=${!pageInfo.hasNextPage} onClick=${() => go({ after: pageInfo.endCursor })}>Older</button>
    </nav>`}
  </section>`;
}

function Row({ row }) {
  const open = isOpen(row);
  return html`<tr role="row" data-id=${row.id} data-version=${row.version}>
    <td role="cell" class="who"><a href=${`/attempts/${row.id}`}>Attempt ${row.number}</a>
      <span class="sub"><span>created <${Ago} at=${row.createdAt} /></span></span></td>
    <td role="cell" data-label="State"><${State} state=${row.state} expiryReason=${row.state === 'EXPIRED' ? row.expiryReason : null} />
      ${open && row.holds.length > 0 && html`<span class="badge" data-of="HOLD">On hold</span>`}
      ${row.waitingOn && html`<span class="sub">waiting on <${Waiting} on=${row.waitingOn} /></span>`}</td>
    <td role="cell" data-label="Steps"><${Steps} steps=${row.steps} /></td>
    <td role="cell" data-label="End">${open ? html`<${Ago} at=${row.expiresAt} ahead />` : html`<${Ago} at=${row.endedAt} />`}</td>
  </tr>`;
}
