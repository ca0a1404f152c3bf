// A list of events that grows while it is read: the tracker of an attempt, the activity of a customer. What comes while somebody reads further
// down, or points at the list, waits behind a button, so that nothing moves under the eye.
import { html, useEffect, useRef, useState } from '../../shared/view.js';
import { isOver, useEvents } from '../live.js';
import { signedOut } from '../session.js';
import { count } from '../words.js';
import { Event } from './event.js';
import { Failure, Loading } from './notice.js';

/**
 * `ask(after)` answers `{ nodes, next, open }`: events in the order in which they are shown, where the next page begins (undefined: there is
 * none), and whether the page ends at the log's head. `isMine` tells of a new event whether it belongs here. `newest` first, or last.
 * `heading` is the id of what gets the focus when the button goes away.
 */
export function Log({ ask, isMine, newest = true, heading, what, linked = false }) {
  const list = useRef();
  const { events, fresh, waiting, next, loading, error, load, release } = usePages({ ask, isMine, newest, isRead: () => isRead(list.current) });
  const show = () => {
    release();
    const top = document.getElementById(heading);
    top.scrollIntoView({ block: 'nearest' });
    top.focus({ preventScroll: true });
  };
  return html`
    <div class="held">${waiting.length > 0 && html`<button type="button" onClick=${show}>${count(waiting.length, 'new event')}. Show</button>`}</div>
    <ol ref=${list} class="events" aria-busy=${loading ? 'true' : undefined}>${events.map((event) => html`
      <${Event} key=${event.id} event=${event} linked=${linked} fresh=${fresh.has(event.id)} />`)}</ol>
    ${error && html`<${Failure} error=${error} again=${load} />`}
    ${loading && events.length === 0 && html`<${Loading} what=${what} />`}
    ${next && !error && html`<button type="button" class="more-events" aria-disabled=${loading ? 'true' : undefined}
      onClick=${() => loading || load()}>${loading ? 'Loading…' : newest ? 'Show earlier' : 'Show later'}</button>`}`;
}

/** Whether somebody reads in a list that would move: its top is out of sight, or they point at it, are in it, or have marked some of it. */
function isRead(list) {
  if (!list) return false;
  return list.getBoundingClientRect().top < 0 || list.matches(':hover, :focus-within') || Boolean(getSelection()?.toString() && list.contains(getSelection().anchorNode));
}

/** The events that are shown, in the order in which they are; those that came meanwhile among them, or `waiting`. */
function usePages({ ask, isMine, newest, isRead }) {
  const [state, set] = useState({ events: [], waiting: [], late: [], fresh: new Set(), loading: true, error: undefined, next: undefined, open: false });
  const busy = useRef(false);

  const load = async () => {
    if (busy.current) return;
    busy.current = true;
    set((was) => ({ ...was, loading: true, error: undefined }));
    try {
      const { nodes, next, open } = await ask(state.next);
      // What came as an event meanwhile stands there already, or comes last.
      set((was) => ({ ...was, loading: false, next, open, late: [], events: merged(merged(was.events, nodes, was.waiting), open ? was.late : []) }));
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
    if (!isMine(event)) return;
    const hold = newest && isRead();
    set((was) => {
      if ([...was.events, ...was.waiting].some((one) => one.id === event.id)) return was;
      // Oldest first, and not yet at the end: it comes with its page, or after the one that is on its way.
      if (!newest && was.loading) return { ...was, late: [...was.late, event] };
      if (!newest && !was.open) return was;
      if (hold) return { ...was, waiting: [event, ...was.waiting] };
      const fresh = new Set([...was.fresh, event.id]);
      return { ...was, fresh, waiting: [], events: newest ? [event, ...was.waiting, ...was.events] : [...was.events, event] };
    });
  });
  const release = () => set((was) => ({
    ...was, waiting: [], fresh: new Set([...was.fresh, ...was.waiting.map((event) => event.id)]), events: [...was.waiting, ...was.events],
  }));
  return { ...state, load, release };
}

/** What is shown, and behind it what was found and is nowhere yet. */
function merged(shown, found, besides = []) {
  const known = new Set([...shown, ...besides].map((event) => event.id));
  return [...shown, ...found.filter((event) => !known.has(event.id))];
}
