// The rows of the panel as they are by now, and what belongs among them since.
import { useEffect, useRef, useState } from '../../../shared/view.js';
import { useEvents } from '../../live.js';
import { matches } from './matches.js';
import { isOnPage } from './place.js';

/** So many are counted; whoever sees that more have come asks anew in any case. */
export const MOST = 500;

/** Milliseconds between two drawings. */
const SPACE = 100;

/**
 * Of a query of the list, with the API's filter and sort: its `rows`, how often each has `flashes`ed, and how many `newer` attempts
 * belong on this page. What is kept is bounded by the page and by `MOST`, however long it is open.
 */
export function useMoved({ data, loading, stale }, filter, sort) {
  const [, draw] = useState();
  const drawn = useRef({ timer: undefined, at: 0 });
  const kept = useRef({ data: undefined, rows: new Map(), flashes: new Map(), newer: new Set() });
  const { nodes = [], pageInfo } = data?.attempts ?? {};
  const ids = new Set(nodes.map(({ id }) => id));
  const count = (row) => {
    const { newer } = kept.current;
    const belongs = !ids.has(row.id) && matches(filter, row) && isOnPage(sort, row, nodes, pageInfo);
    if (!belongs) newer.delete(row.id);
    else if (newer.size < MOST) newer.add(row.id);
  };

  if (data && kept.current.data !== data) {
    // A new answer is a new beginning. It may be older than what came while it was on its way.
    const { rows } = kept.current;
    kept.current = { data, rows: new Map([...rows].filter(([id]) => ids.has(id))), flashes: new Map(), newer: new Set() };
    if (!stale) rows.forEach(count);
  }

  useEvents(({ attempt }) => {
    if (!attempt) return;
    const { rows, flashes } = kept.current;
    const { id, version } = attempt;
    const known = rows.get(id) ?? nodes.find((row) => row.id === id);
    if (known?.version >= version) return;
    if (ids.has(id)) flashes.set(id, (flashes.get(id) ?? 0) + 1);
    if (ids.has(id) || loading) rows.set(id, attempt);
    if (data && !stale) count(attempt);
    // Many events come at once; the page is drawn once.
    const { timer, at } = drawn.current;
    if (timer) return;
    drawn.current.timer = setTimeout(() => {
      drawn.current = { timer: undefined, at: performance.now() };
      draw({});
    }, Math.max(0, at + SPACE - performance.now()));
  });
  useEffect(() => () => clearTimeout(drawn.current.timer), []);

  const rows = nodes.map((row) => {
    const now = kept.current.rows.get(row.id);
    return now?.version > row.version ? now : row;
  });
  return { rows, flashes: kept.current.flashes, newer: stale ? 0 : kept.current.newer.size };
}
