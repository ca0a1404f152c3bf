// The Compliance panel: every attempt, as it moves. What is read is never shifted: a row changes where it stands, and what has come
// since is announced above the list.
import { html, useEffect, useMemo } from '../../../shared/view.js';
import { ROW } from '../../documents.js';
import { Empty, Failure, Loading, say } from '../../parts/notice.js';
import { Page } from '../../parts/page.js';
import { useQuery } from '../../query.js';
import { backDown, useLook } from '../../router.js';
import { useSession } from '../../session.js';
import { count } from '../../words.js';
import { Filters } from './filters.js';
import { NOTHING, filterOf, isFiltered, pageOf, sortOf } from './look.js';
import { MOST, useMoved } from './moved.js';
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
  const live = useMoved(list, filter, sort);
  useEffect(() => {
    if (list.data) backDown();
  }, [Boolean(list.data)]);

  const { pageInfo } = list.data?.attempts ?? {};
  const found = total.data && !total.stale ? total.data.attempts.totalCount : undefined;
  const page = (where) => {
    setLook({ after: '', before: '', ...where });
    scrollTo(0, 0);
  };
  const anew = () => {
    if (look.after || look.before) page({});
    else list.reload();
    total.reload();
  };
  // What was pressed goes away: the list is next.
  const showNewer = () => {
    anew();
    document.querySelector('main h1').focus();
  };
  useEffect(() => {
    if (live.newer > 0) say('More attempts can be shown.');
  }, [live.newer > 0]);
  // How many there are is said of what was asked for, and not whenever it moves.
  useEffect(() => {
    if (found !== undefined) say(`${found.toLocaleString('en')} found.`);
  }, [found === undefined]);
  return html`<${Page} title="Compliance" wide actions=${can('AGENT') && html`<a class="button primary" href="/links/new">Generate a KYC link</a>`}>
    <${Tabs} look=${look} setLook=${setLook} filter=${filter} />
    <${Filters} look=${look} setLook=${setLook} />
    <div class="above-list">
      <p class="found">${found !== undefined && count(found, 'attempt')}</p>
      <div class="newer">${live.newer > 0 && html`<button type="button" onClick=${showNewer}>
        ${live.newer === MOST && 'Over '}${count(live.newer, 'more attempt')} ${live.newer === 1 ? 'belongs' : 'belong'} here now. Show</button>`}</div>
    </div>
    ${list.error && html`<${Failure} error=${list.error} again=${anew} />`}
    ${!list.data && !list.error && html`<${Loading} what="attempts" />`}
    ${list.data && (live.rows.length === 0
      ? !list.loading && html`<${None} look=${look} setLook=${setLook} mayGenerate=${can('AGENT')} />`
      : html`<${Rows} rows=${live.rows} flashes=${live.flashes} filter=${filter} dim=${list.stale} />`)}
    ${pageInfo && (pageInfo.hasNextPage || pageInfo.hasPreviousPage) && html`<nav class="pages" aria-label="Pages">
      <${Turn} able=${pageInfo.hasPreviousPage} onClick=${() => page({ before: pageInfo.startCursor })}>Previous<//>
      <${Turn} able=${pageInfo.hasNextPage} onClick=${() => page({ after: pageInfo.endCursor })}>Next<//>
    </nav>`}
  <//>`;
}

/** Turns the page. At the end it keeps the focus, which `disabled` would take. */
const Turn = ({ able, onClick, children }) => html`<button type="button" aria-disabled=${able ? undefined : 'true'}
  onClick=${() => able && onClick()}>${children}</button>`;

/** Nothing to show: because of what is looked for, or because nothing is there yet. */
function None({ look, setLook, mayGenerate }) {
  if (isFiltered(look)) {
    return html`<${Empty} title="No attempt is like this"><p>Take a filter away, or look at all of them.</p>
      <button type="button" onClick=${() => { setLook(NOTHING); document.querySelector('main h1').focus(); }}>Show all attempts</button><//>`;
  }
  return html`<${Empty} title="No attempts yet"><p>${mayGenerate
    ? 'Generate a KYC link and send it to a customer. You will see every step here as it moves.'
    : 'When your team sends a KYC link to a customer, you will see every step here as it moves.'}</p>
    ${mayGenerate && html`<a class="button primary" href="/links/new">Generate a KYC link</a>`}<//>`;
}
