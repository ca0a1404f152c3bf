// The reviewer's queue beside the attempt: where one is in it, and what comes next.
import { html, useEffect, useRef } from '../../../shared/view.js';
import { useQuery } from '../../query.js';
import { go } from '../../router.js';
import { count } from '../../words.js';
import { QUEUE } from './documents.js';

/** Milliseconds between two askings while things move. */
const EVERY = 2000;

/** Where the one that is looked at stood last: when it has left the queue, the next one is at its place. */
let place = 0;

/** `{ ids, total, at, next, previous, forward, back }`: the attempts that wait on a reviewer, longest first, and which is beside this one. */
export function useQueue(id, skip) {
  const { data } = useQuery(QUEUE, {}, { skip, space: EVERY, touches: () => !skip });
  const ids = data?.attempts.nodes.map((one) => one.id) ?? [];
  const at = ids.indexOf(id);
  const left = useRef(false);
  useEffect(() => {
    if (at >= 0) place = at;
    left.current = at < 0;
  }, [at]);
  // From its end it goes on at its beginning: what was passed over waits there.
  const others = ids.filter((one) => one !== id);
  const from = at >= 0 ? at : Math.min(place, others.length);
  const next = others[from] ?? others[0];
  const previous = others[from - 1] ?? others.at(-1);
  const to = (one) => one && go(`/attempts/${one}`);
  return { total: data?.attempts.totalCount ?? 0, at, next, previous, known: Boolean(data), forward: () => to(next), back: () => to(previous) };
}

export const Queue = ({ queue, help }) => html`<nav class="queue" aria-label="Reviewer’s queue">
  <p>${!queue.known ? 'Reviewer’s queue' : queue.total === 0 ? 'Nothing waits on a reviewer.'
    : queue.at >= 0 ? `Reviewer’s queue: ${queue.at + 1} of ${queue.total.toLocaleString('en')}` : `${count(queue.total, 'attempt')} in the reviewer’s queue`}</p>
  ${queue.previous && html`<a href=${`/attempts/${queue.previous}`}>Previous</a>`}
  ${queue.next && html`<a href=${`/attempts/${queue.next}`}>Next in the queue</a>`}
  <button type="button" class="bare" onClick=${help}>Shortcuts</button>
</nav>`;
