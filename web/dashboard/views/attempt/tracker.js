// The KYC Tracker: every event of the attempt. The newest stands first; what comes while one reads further down, or points at the list,
// waits behind a button, so that nothing moves under the eye.
import { html, useEffect, useRef, useState } from '../../../shared/view.js';
import { ask } from '../../api.js';
import { EVENT } from '../../documents.js';
import { isOver, useEvents } from '../../live.js';
import { Event } from '../../parts/event.js';
import { Choice } from '../../parts/form.js';
import { Failure, Loading } from '../../parts/notice.js';
import { signedOut } from '../../session.js';
import { count } from '../../words.js';

/** Events that are asked for at once. */
const PAGE = 30;

const TRACKER = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  attempt(id: $id) { tracker(first: $first, after: $after, last: $last, before: $before) {
    nodes { ...Event } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }
} ${EVENT}`;

export function Tracker({ id }) {
  const [order, setOrder] = useState('newest');
  return html`<section class="tracker card" aria-labelledby="tracker">
    <div class="top"><h2 id="tracker" tabindex="-1">KYC Tracker</h2>
      <${Choice} label="Order" value=${order} options=${[['newest', 'Newest first'], ['oldest', 'Oldest first']]} onText=${setOrder} /></div>
    <${List} key=${order} id=${id} newest=${order === 'newest'} />
  </section>`;
}

function List({ id, newest }) {
  const list = useRef();
  const { events, fresh, held, more, loading, error, load, release } = usePages(id, newest, () => isRead(list.current));
  const show = () => {
    release();
    list.current.scrollIntoView({ block: 'nearest' });
    // The button goes away.
    document.getElementById('tracker').focus({ preventScroll: true });
  };
  return html`
    <div class="held">${held > 0 && html`<button type="button" onClick=${show}>${count(held, 'new event')}. Show</button>`}</div>
    <ol ref=${list} class="events" aria-busy=${loading ? 'true' : undefined}>${events.map((event) => html`
      <${Event} key=${event.id} event=${event} fresh=${fresh.has(event.id)} />`)}</ol>
    ${error && html`<${Failure} error=${error} again=${load} />`}
    ${loading && events.length === 0 && html`<${Loading} what="the tracker" />`}
    ${more && !error && html`<button type="button" class="more-events" aria-disabled=${loading ? 'true' : undefined}
      onClick=${() => loading || load()}>${loading ? 'Loading…' : newest ? 'Show earlier' : 'Show later'}</button>`}`;
}

/** Whether somebody reads in a list that would move: its top is out of sight, or they point at it, or are in it. */
function isRead(list) {
  if (!list) return false;
  return list.getBoundingClientRect().top < 0 || list.matches(':hover, :focus-within') || Boolean(getSelection()?.toString() && list.contains(getSelection().anchorNode));
}

/** The events that are shown, in the order in which they are; those that came meanwhile among them, or `held` back. */
function usePages(id, newest, isRead) {
  const [state, set] = useState({ events: [], waiting: [], late: [], fresh: new Set(), loading: true, error: undefined, page: undefined });
  const busy = useRef(false);
  const more = state.page ? (newest ? state.page.hasPreviousPage : state.page.hasNextPage) : false;

  const load = async () => {
    if (busy.current) return;
    busy.current = true;
    set((was) => ({ ...was, loading: true, error: undefined }));
    try {
      const where = newest ? { last: PAGE, before: state.page?.startCursor } : { first: PAGE, after: state.page?.endCursor };
      const { attempt } = await ask(TRACKER, { id, ...where });
      const { nodes, pageInfo } = attempt.tracker;
      const found = newest ? [...nodes].reverse() : nodes;
      // What came as an event meanwhile stands there already, or comes last.
      set((was) => {
        const late = pageInfo.hasNextPage ? [] : was.late;
        return { ...was, loading: false, page: pageInfo, late: [], events: merged(merged(was.events, found), late) };
      });
    } catch (error) {
      if (isOver(error)) signedOut();
      else set((was) => ({ ...was, loading: false, late: [], error }));
    } finally {
      busy.current = false;
    }
  };
  useEffect(() => {
    load();
  }, []);

  useEvents((event) => {
    if (event.attempt?.id !== id) return;
    const hold = newest && isRead();
    set((was) => {
      if ([...was.events, ...was.waiting].some((one) => one.id === event.id)) return was;
      // Oldest first, and not yet at the end: it comes with its page, or after the one that is on its way.
      if (!newest && was.loading) return { ...was, late: [...was.late, event] };
      if (!newest && (!was.page || was.page.hasNextPage)) return was;
      if (hold) return { ...was, waiting: [event, ...was.waiting] };
      const fresh = new Set([...was.fresh, event.id]);
      return { ...was, fresh, waiting: [], events: newest ? [event, ...was.waiting, ...was.events] : [...was.events, event] };
    });
  });
  const release = () => set((was) => ({
    ...was, waiting: [], fresh: new Set([...was.fresh, ...was.waiting.map((event) => event.id)]), events: [...was.waiting, ...was.events],
  }));
  return { ...state, more, load, release, held: state.waiting.length };
}

function merged(shown, found) {
  const known = new Set(shown.map((event) => event.id));
  return [...shown, ...found.filter((event) => !known.has(event.id))];
}
