// The KYC Tracker: every event of the attempt, the newest or the oldest first.
import { html, useState } from '../../../shared/view.js';
import { ask } from '../../api.js';
import { EVENT } from '../../documents.js';
import { Choice } from '../../parts/form.js';
import { Log } from '../../parts/log.js';

/** Events that are asked for at once. */
const PAGE = 30;

const TRACKER = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  attempt(id: $id) { tracker(first: $first, after: $after, last: $last, before: $before) {
    nodes { ...Event } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }
} ${EVENT}`;

/** The API has them oldest first: newest first are its last pages, turned over. */
const PAGES = {
  newest: async (id, before) => {
    const { nodes, pageInfo } = (await ask(TRACKER, { id, last: PAGE, before })).attempt.tracker;
    return { nodes: nodes.toReversed(), next: pageInfo.hasPreviousPage ? pageInfo.startCursor : undefined, open: !pageInfo.hasNextPage };
  },
  oldest: async (id, after) => {
    const { nodes, pageInfo } = (await ask(TRACKER, { id, first: PAGE, after })).attempt.tracker;
    return { nodes, next: pageInfo.hasNextPage ? pageInfo.endCursor : undefined, open: !pageInfo.hasNextPage };
  },
};

export function Tracker({ id }) {
  const [order, setOrder] = useState('newest');
  return html`<section class="tracker card" aria-labelledby="tracker">
    <div class="top"><h2 id="tracker" tabindex="-1">KYC Tracker</h2>
      <${Choice} label="Order" value=${order} options=${[['newest', 'Newest first'], ['oldest', 'Oldest first']]} onText=${setOrder} /></div>
    <${Log} key=${order} heading="tracker" what="the tracker" newest=${order === 'newest'} isMine=${({ attempt }) => attempt?.id === id}
      ask=${(from) => PAGES[order](id, from)} />
  </section>`;
}
