// Where one is. The path is the place; the fragment is how one looks at it (filters, a search, a page). A fragment never leaves the
// browser: the names that somebody searches for reach no server's or proxy's log.
import { useEffect, useState } from '../shared/view.js';

const CHANGED = 'kyc:moved';

const here = () => ({ path: location.pathname, look: location.hash.slice(1) });

/**
 * Goes to an address of ours: a path, or a path with a fragment. Another path is seen from its top; how far down somebody was stays with
 * the place that they leave.
 */
export function go(address, { replace = false } = {}) {
  const { pathname, hash } = location;
  if (!replace) history.replaceState({ down: scrollY }, '');
  if (address !== pathname + hash) history[replace ? 'replaceState' : 'pushState'](null, '', address);
  dispatchEvent(new Event(CHANGED));
  if (location.pathname !== pathname) scrollTo(0, 0);
}

/** For a view that is drawn, to whoever came back to it: as far down as they were when they left. */
export function backDown() {
  const { down } = history.state ?? {};
  if (!down) return;
  scrollTo(0, down);
  // Once: from then on they are where they scroll to.
  history.replaceState(null, '');
}

/** The path and the fragment, as they change. */
export function useHere() {
  const [at, set] = useState(here);
  useEffect(() => {
    const moved = () => set(here());
    addEventListener('popstate', moved);
    addEventListener(CHANGED, moved);
    return () => {
      removeEventListener('popstate', moved);
      removeEventListener(CHANGED, moved);
    };
  }, []);
  return at;
}

/**
 * The fragment as a plain object of texts (a name that comes more than once: the last), and what changes it. `set` gets what is
 * different, or tells it from what is there by then; an empty text or null takes a name away. Each change is a place that the back
 * button returns to, unless `replace`.
 */
export function useLook() {
  const { look } = useHere();
  const set = (changes, options) => {
    const now = new URLSearchParams(location.hash.slice(1));
    const asked = typeof changes === 'function' ? changes(Object.fromEntries(now)) : changes;
    for (const [name, value] of Object.entries(asked)) {
      if (value == null || value === '') now.delete(name);
      else now.set(name, value);
    }
    const text = now.toString();
    go(location.pathname + (text && `#${text}`), options);
  };
  return [Object.fromEntries(new URLSearchParams(look)), set];
}

/**
 * Finds the view of a path. A route is a pattern like `/attempts/:id`, and what is in the place of `:id` is given as `id`.
 */
export function match(routes, path) {
  const parts = path.split('/').filter(Boolean);
  for (const [pattern, view] of routes) {
    const wanted = pattern.split('/').filter(Boolean);
    if (wanted.length !== parts.length) continue;
    const found = {};
    const fits = wanted.every((part, at) => {
      if (!part.startsWith(':')) return part === parts[at];
      found[part.slice(1)] = parts[at];
      return true;
    });
    if (fits) return { view, found };
  }
  return undefined;
}

/** Follows links to places of ours without loading the page anew. Modified clicks, downloads and other places stay the browser's. */
export function followLinks(isOurs) {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.target || link.hasAttribute('download') || !isOurs(link.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.hash);
  });
}
