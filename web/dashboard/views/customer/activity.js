// Recent Activity: what happened to a customer and their attempts, newest first.
import { html } from '../../../shared/view.js';
import { ask } from '../../api.js';
import { EVENT } from '../../documents.js';
import { Log } from '../../parts/log.js';

/** Events that are asked for at once. */
const PAGE = 20;

const RECENT = `query ($id: ID!, $first: Int, $after: String) {
  customer(id: $id) { recentActivity(first: $first, after: $after) { nodes { ...Event attempt { id number } } pageInfo { hasNextPage endCursor } } }
} ${EVENT}`;

async function page(id, after) {
  const { nodes = [], pageInfo } = (await ask(RECENT, { id, first: PAGE, after })).customer?.recentActivity ?? {};
  return { nodes, next: pageInfo?.hasNextPage ? pageInfo.endCursor : undefined, open: true };
}

export const Activity = ({ id }) => html`<section class="card activity" aria-labelledby="activity">
  <h2 id="activity" tabindex="-1">Recent Activity</h2>
  <${Log} heading="activity" what="what happened" linked isMine=${({ customer }) => customer?.id === id} ask=${(after) => page(id, after)} />
</section>`;
