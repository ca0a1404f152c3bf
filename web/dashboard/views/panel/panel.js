// The Compliance panel: every attempt, as it moves. What is read is never shifted: a row changes where it stands, and what has come
// since is announced above the list.
import { html, useEffect, useMemo, useRef, useState } from '../../../shared/view.js';
import { ROW } from '../../documents.js';
import { useEvents } from '../../live.js';
import { Empty, Failure, Loading, say } from '../../parts/notice.js';
import { Page } from '../../parts/page.js';
import { useQuery } from '../../query.js';
import { useLook } from '../../router.js';
import { useSession } from '../../session.js';
import { count } from '../../words.js';
import { Filters } from './filters.js';
import { NOTHING, filterOf, isFiltered, pageOf, sortOf } from './look.js';
import { matches } from './matches.js';
import { Rows } from './rows.js';
import { Tabs } from './tabs.js';

const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: AttemptFilter, $sort: AttemptSort) {
  attempts(first: $first, after: $after, last: $last, before: $before, filter: $filter, sort: $sort) {
    nodes { ...Row }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
} ${ROW}`;

/** The count by itself: the list does not wait for it. */
const COUNT = 'query ($filter: AttemptFilter) { attempts(first: 1, filter: $filter) { totalCount } }';

/** Milliseconds between two counts while things move. */
const COUNT_EVERY = 3000;

export function Panel() {
  const [look, setLook] = useLook();
  const { merchant, can } = useSession();
  const filter = useMemo(() => filterOf(look, merchant.timeZone), [JSON.stringify(look), merchant.timeZone]);
  const sort = sortOf(look);
  const list = useQuery(LIST, { ...pageOf(look), filter, sort });
  const total = useQuery(COUNT, { filter }, { touches: () => true, space: COUNT_EVERY });
  const live = useLive(list, filter);

  const { pageInfo } = list.data?.attempts ?? {};
  const found = total.data && !total.stale ? total.data.attempts.totalCount : undefined;
  const page = (where) => {
    setLook({ after: '', before: '', ...where });
    scrollTo(0, 0);
  };
  return html`<${Page} title="Compliance" wide actions=${can('AGENT') && html`<a class="button primary" href="/links/new">Generate a KYC link</a>`}>
    <${Tabs} look=${look} setLook=${setLook} filter=${filter} />
    <${Filters} look=${look} setLook=${setLook} />
    <div class="above-list">
      <p class="found" role="status">${found !== undefined && count(found, 'attempt')}</p>
      <div class="newer">${live.newer > 0 && html`<button type="button" onClick=${() => { page({}); list.reload(); }}>
        ${count(live.newer, 'more attempt')} ${live.newer === 1 ? 'belongs' : 'belong'} here now. Show</button>`}</div>
    </div>
    ${list.error && html`<${Failure} error=${list.error} again=${() => { page({}); list.reload(); }} />`}
    ${!list.data && !list.error && html`<${Loading} what="attempts" />`}
    ${list.data && (live.rows.length === 0
      ? !list.loading && html`<${None} look=${look} setLook=${setLook} mayGenerate=${can('AGENT')} />`
      : html`<${Rows} rows=${live.rows} flashes=${live.flashes} filter=${filter} dim=${list.stale && list.loading} />`)}
    ${pageInfo && (pageInfo.hasNextPage || pageInfo.hasPreviousPage) && html`<nav class="pages" aria-label="Pages">
      <button type="button" disabled=${!pageInfo.hasPreviousPage} onClick=${() => page({ before: pageInfo.startCursor })}>Previous</button>
      <button type="button" disabled=${!pageInfo.hasNextPage} onClick=${() => page({ after: pageInfo.endCursor })}>Next</button>
    </nav>`}
  <//>`;
}

/** The rows of the list as they are by now: `rows`, how often each has `flashes`ed, and how many `newer` attempts belong here. */
function useLive(list, filter) {
  const [moved, setMoved] = useState({ rows: new Map(), flashes: new Map(), newer: new Set() });
  const waiting = useRef(new Map());
  const nodes = list.data?.attempts.nodes ?? [];

  // A new answer is a new beginning; what came meanwhile is kept where it is newer.
  useEffect(() => {
    setMoved((was) => ({ rows: was.rows, flashes: new Map(), newer: new Set() }));
  }, [list.data]);

  const apply = () => {
    const events = waiting.current;
    waiting.current = new Map();
    setMoved((was) => {
      const rows = new Map(was.rows);
      const flashes = new Map(was.flashes);
      const newer = new Set(was.newer);
      const here = new Map(nodes.map((row) => [row.id, row]));
      for (const [id, row] of events) {
        const known = rows.get(id) ?? here.get(id);
        if (known && known.version >= row.version) continue;
        rows.set(id, row);
        if (here.has(id)) flashes.set(id, (flashes.get(id) ?? 0) + 1);
        else if (matches(filter, row)) newer.add(id);
        else newer.delete(id);
      }
      // Bounded by what is shown: the rest can be asked for.
      for (const id of rows.keys()) if (!here.has(id)) rows.delete(id);
      return { rows, flashes, newer };
    });
  };

  useEvents(({ attempt }) => {
    if (!attempt) return;
    // Many events come at once; the page is drawn once.
    if (waiting.current.size === 0) requestAnimationFrame(apply);
    const before = waiting.current.get(attempt.id);
    if (!before || before.version <= attempt.version) waiting.current.set(attempt.id, attempt);
  });

  useEffect(() => {
    if (moved.newer.size > 0) say(`${count(moved.newer.size, 'more attempt')} can be shown.`);
  }, [moved.newer.size]);

  const rows = nodes.map((row) => {
    const now = moved.rows.get(row.id);
    return now && now.version > row.version ? now : row;
  });
  return { rows, flashes: moved.flashes, newer: moved.newer.size };
}

/** Nothing to show: because of what is looked for, or because nothing is there yet. */
function None({ look, setLook, mayGenerate }) {
  if (isFiltered(look)) {
    return html`<${Empty} title="No attempt is like this"><p>Take a filter away, or look at all of them.</p>
      <button type="button" onClick=${() => setLook(NOTHING)}>Show all attempts</button><//>`;
  }
  return html`<${Empty} title="No attempts yet"><p>${mayGenerate
    ? 'Generate a KYC link and send it to a customer. You will see every step here as it moves.'
    : 'When your team sends a KYC link to a customer, you will see every step here as it moves.'}</p>
    ${mayGenerate && html`<a class="button primary" href="/links/new">Generate a KYC link</a>`}<//>`;
}
