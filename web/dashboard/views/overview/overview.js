// How it goes: the attempts of a range of days by state and by day, their steps, and who waits longest. It moves as they do.
import { html } from '../../../shared/view.js';
import { Empty, Failure, Loading } from '../../parts/notice.js';
import { Page } from '../../parts/page.js';
import { Range, useRange } from '../../parts/range.js';
import { Ago } from '../../parts/state.js';
import { useQuery } from '../../query.js';
import { useSession } from '../../session.js';
import { lasting } from '../../time.js';
import { count } from '../../words.js';
import { Chart } from './chart.js';
import { Funnel } from './funnel.js';
import { Tiles } from './tiles.js';

const SUMMARY = `query ($from: Date!, $to: Date!, $timeZone: String) {
  summary(from: $from, to: $to, timeZone: $timeZone) {
    attemptsByState { state count }
    byDay { date state count }
    funnel { kind reached dropped notStarted inProgress completed failed requiresAction medianSeconds }
    medianSecondsToComplete
    oldestWaitingOnReviewer { id number waitingSince customer { name } }
  }
  queue: attempts(first: 1, filter: { needs: [REVIEWER] }) { totalCount }
}`;

/** The most days that a summary has. */
const MOST = 400;

/** Milliseconds between two summaries while things move. */
const EVERY = 4000;

export function Overview() {
  const { merchant, can } = useSession();
  const { timeZone } = merchant;
  const range = useRange(timeZone, { most: MOST });
  const { from, to, wrong } = range;
  const { data, of: days, error, loading, stale, reload } = useQuery(SUMMARY, { from, to, timeZone }, {
    skip: Boolean(wrong), touches: ({ attempt }) => Boolean(attempt), space: EVERY,
  });
  return html`<${Page} title="Overview" wide>
    <${Range} range=${range} />
    <p class="hint zone">Days of ${timeZone.replaceAll('_', ' ')}, both included; attempts that were created on them.</p>
    ${error && html`<${Failure} error=${error} again=${reload} />`}
    ${!data && !error && !wrong && html`<${Loading} what="the overview" />`}
    ${data && html`<div class="overview" data-dim=${(stale && loading) || wrong ? '' : undefined}>
      ${data.summary.byDay.length === 0 ? html`<${None} mayGenerate=${can('AGENT')} />` : html`
        <${Tiles} summary=${data.summary} from=${days.from} to=${days.to} />
        <${Chart} byDay=${data.summary.byDay} from=${days.from} to=${days.to} />
        <${Funnel} funnel=${data.summary.funnel} />
        <div class="pair">
          <${Waiting} oldest=${data.summary.oldestWaitingOnReviewer} queue=${data.queue.totalCount} />
          <${Duration} seconds=${data.summary.medianSecondsToComplete} />
        </div>`}
    </div>`}
  <//>`;
}

const None = ({ mayGenerate }) => html`<${Empty} title="No attempts were created on these days"><p>Choose other days${mayGenerate ? ', or send somebody a KYC link' : ''}.</p>
  ${mayGenerate && html`<a class="button primary" href="/links/new">Generate a KYC link</a>`}<//>`;

const Duration = ({ seconds }) => html`<section class="card">
  <h2>From creation to completion</h2>
  ${seconds == null ? html`<p class="none">None of these attempts is completed.</p>` : html`<p><span class="big">${lasting(seconds)}</span></p>
    <p class="none">Half of the completed ones took no longer than this.</p>`}
</section>`;

const Waiting = ({ oldest, queue }) => html`<section class="card">
  <h2>Waiting on a reviewer</h2>
  ${oldest
    ? html`<p>Longest of these: <a href=${`/attempts/${oldest.id}`} dir="auto">${oldest.customer.name}</a>, <span
      class="none">attempt ${oldest.number}, since <${Ago} at=${oldest.waitingSince} /></span></p>`
    : html`<p class="none">None of these attempts waits on a reviewer.</p>`}
  <p>${queue > 0 ? html`<a href="/#needs=REVIEWER&sort=waiting">${count(queue, 'attempt')} of all days in the reviewer’s queue</a>`
    : html`<span class="none">The reviewer’s queue is empty.</span>`}</p>
</section>`;
