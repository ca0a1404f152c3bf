// A view's question, asked again when it has to be.
import { useCallback, useEffect, useRef, useState } from '../shared/view.js';
import { SignedOut, ask } from './api.js';
import { useEvents } from './live.js';
import { signedOut } from './session.js';

/** Milliseconds between two askings for the same because something happened: many events come at once. */
const SPACE = 400;

/** Milliseconds until what moves is asked for again by itself, after no answer came. */
const AGAIN = 10_000;

/** Does something once somebody can see the page. A page that lies open behind others for days asks nothing. */
const whenSeen = (then) => (document.hidden ? document.addEventListener('visibilitychange', then, { once: true }) : then());

/**
 * Asks, and asks anew when document or variables change. `{ data, of, error, loading, stale, reload, set }`: the data of before stays
 * until the new is there, and is `stale` meanwhile; `of` has the variables that it was asked for with, which may not be those of now;
 * `set` puts what a change answered in its place. `touches` tells of an event whether the answer may be another one by now; it is then
 * asked for soon, and never twice at a time.
 */
export function useQuery(query, variables = {}, { touches, skip = false, space = SPACE } = {}) {
  const [state, setState] = useState({ data: undefined, error: undefined, loading: !skip });
  const key = JSON.stringify([query, variables, skip]);
  const run = useRef({ asking: false, again: false, timer: undefined, control: undefined });

  const load = useCallback(async () => {
    if (skip) return;
    const mine = run.current;
    mine.control?.abort();
    clearTimeout(mine.timer);
    mine.timer = undefined;
    const control = new AbortController();
    mine.control = control;
    mine.asking = true;
    mine.again = false;
    setState((was) => ({ ...was, loading: true }));
    try {
      const data = await ask(query, variables, control);
      if (!control.signal.aborted) setState({ data, error: undefined, loading: false, key, of: variables });
    } catch (error) {
      if (control.signal.aborted) return;
      if (error instanceof SignedOut) return signedOut();
      setState((was) => ({ ...was, error, loading: false }));
      if (touches) mine.timer ??= setTimeout(again, AGAIN);
    } finally {
      if (mine.control === control) {
        mine.asking = false;
        if (mine.again) soon();
      }
    }
  }, [key]);

  const again = () => whenSeen(() => {
    const mine = run.current;
    // Nobody looks at it any more, or it was asked for meanwhile.
    if (!mine.timer) return;
    mine.timer = undefined;
    mine.load();
  });
  const soon = () => {
    const mine = run.current;
    if (mine.asking) mine.again = true;
    else mine.timer ??= setTimeout(again, space);
  };
  run.current.load = load;

  useEffect(() => {
    load();
    return () => {
      const mine = run.current;
      mine.control?.abort();
      mine.again = false;
      clearTimeout(mine.timer);
      mine.timer = undefined;
    };
  }, [load]);

  useEvents((event) => touches?.(event) && soon());

  const set = useCallback((data) => setState((was) => ({ ...was, data: typeof data === 'function' ? data(was.data) : data })), []);
  // What was asked before is shown while the new is on its way, and told from it.
  return { ...state, loading: state.loading && !skip, stale: state.key !== key, reload: load, set };
}
