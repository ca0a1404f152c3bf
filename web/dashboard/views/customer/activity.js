// Recent Activity: what happened to a customer and their attempts, newest first. What comes while somebody reads further down, or points at
// the list, waits behind a button, so that nothing moves under the eye.
import { html, useEffect, useRef, useState } from '../../../shared/view.js';
import { ask } from '../../api.js';
import { EVENT } from '../../documents.js';
import { isOver, useEvents } from '../../live.js';
import { Event } from '../../parts/event.js';
import { Failure, Loading } from '../../parts/notice.js';
import { signedOut } from '../../session.js';
import { count } from '../../words.js';

/** Events that are asked for at once. */
const PAGE = 20;

const RECENT = `query ($id: ID!, $first: Int, $after: String) {
  customer(id: $id) { recentActivity(first: $first, after: $after) { nodes { ...Event attempt { id number } } pageInfo { hasNextPage endCursor } } }
} ${EVENT}`;

const known = (events, { id }) => events.some((event) => event.id === id);

/** Whether somebody reads in a list that would move: its top is out of sight, or they point at it, or are in it. */
const isRead = (list) => Boolean(list) && (list.getBoundingClientRect().top < 0 || list.matches(':hover, :focus-within'));

export function Activity({ id }) {
  const list = useRef();
  const { shown, held, fresh, page, loading, error, more, release } = useActivity(id, () => isRead(list.current));
  return html`<section class="card activity" aria-labelledby="activity">
    <div class="top"><h2 id="activity" tabindex="-1">Recent Activity</h2>
      ${held.length > 0 && html`<button type="button" class="held" onClick=${release}>${count(held.length, 'new event')}. Show</button>`}</div>
    <ol ref=${list} class="events" aria-busy=${loading ? 'true' : undefined}>${shown.map((event) => html`
      <${Event} key=${event.id} event=${event} linked fresh=${fresh.has(event.id)} />`)}</ol>
    ${error && html`<${Failure} error=${error} again=${more} />`}
    ${loading && shown.length === 0 && html`<${Loading} what="what happened" />`}
    ${page?.hasNextPage && !error && html`<button type="button" class="earlier" aria-disabled=${loading ? 'true' : undefined}
      onClick=${more}>${loading ? 'Loading…' : 'Show earlier'}</button>`}
  </section>`;
}

/** The events that are `shown`, those that came meanwhile and are `held` back, and what asks for earlier ones. */
function useActivity(id, isBeingRead) {
  const [state, set] = useState({ shown: [], held: [], fresh: new Set(), page: undefined, loading: true, error: undefined });
  const busy = useRef(false);
  const more = async () => {
    if (busy.current) return;
    busy.current = true;
    set((was) => ({ ...was, loading: true, error: undefined }));
    try {
      const { customer } = await ask(RECENT, { id, first: PAGE, after: state.page?.endCursor });
      const { nodes = [], pageInfo } = customer?.recentActivity ?? {};
      // What came as an event meanwhile is there already.
      set((was) => ({ ...was, loading: false, page: pageInfo, shown: [...was.shown, ...nodes.filter((event) => !known([...was.shown, ...was.held], event))] }));
    } catch (error) {
      if (isOver(error)) signedOut();
      else set((was) => ({ ...was, loading: false, error }));
    } finally {
      busy.current = false;
    }
  };
  useEffect(() => {
    more();
  }, []);
  useEvents((event) => {
    if (event.customer?.id !== id) return;
    const hold = isBeingRead();
    set((was) => {
      if (known([...was.shown, ...was.held], event)) return was;
      if (hold) return { ...was, held: [event, ...was.held] };
      return { ...was, held: [], shown: [event, ...was.held, ...was.shown], fresh: new Set([...was.fresh, event.id]) };
    });
  });
  const release = () => {
    set((was) => ({ ...was, held: [], shown: [...was.held, ...was.shown], fresh: new Set([...was.fresh, ...was.held.map((event) => event.id)]) }));
    document.getElementById('activity')?.focus();
  };
  return { ...state, more, release };
}
