// What the screening found, and what happens next.
import { html } from '../../../shared/view.js';
import { Time } from '../../parts/state.js';
import { useSession } from '../../session.js';
import { count, isOpen } from '../../words.js';
import { Match } from './match.js';
import { Day } from './result.js';

/** What happens next, in words. */
function next({ status, reason, result }, open) {
  const matches = result?.matches ?? [];
  const of = (decision) => matches.filter((match) => match.decision === decision).length;
  if (status === 'COMPLETED') return matches.length > 0 ? 'Every match was cleared: this is nobody on a list.' : 'The name is on no list.';
  if (!open) return undefined;
  if (status === 'FAILED') return 'The screening failed. Screen again, or reject the attempt.';
  if (reason?.code === 'SCREENING_UNAVAILABLE') return 'Nobody passes without a complete list. As soon as your operator has imported one, the screening runs by itself.';
  if (status === 'NOT_STARTED' || status === 'IN_PROGRESS') return 'The screening runs by itself, usually within seconds.';
  if (of('CONFIRMED') > 0) return 'A match is confirmed, so this step cannot complete. Reject the attempt, or change the decision if it was wrong.';
  if (of('PENDING') > 0) return `${count(of('PENDING'), 'match', 'matches')} to decide. When every match is cleared, this step completes by itself.`;
  return matches.length > 0 ? 'Every match is cleared. Screen again to complete this step.' : 'A reviewer has to look at this: screen again, or reject the attempt.';
}

export function Screening({ step, attempt, may, ask }) {
  const { can } = useSession();
  if (!can('REVIEWER')) return html`<p class="note">What the screening finds is for reviewers.</p>`;
  const found = step.result;
  const text = next(step, isOpen(attempt));
  return html`<div class="screening">
    ${text && html`<p class="follows">${text}</p>`}
    ${found && html`<p class="sub"><span>Screened <${Time} at=${found.screenedAt} style="second" /></span>
      ${found.lists.map(({ name, version, publishedAt }) => html`<span key=${name}>list <strong>${name}</strong> ${version}${
        publishedAt && publishedAt !== version && html`, of <${Day} of=${publishedAt} />`}</span>`)}
      <span>matches from ${Math.round(found.threshold * 100)} of 100</span></p>`}
    ${found?.matches.length > 0 && html`<ol class="matches" aria-label="Matches">${found.matches.map((match) => html`
      <${Match} key=${match.id} match=${match} customer=${attempt.customer} may=${may} ask=${ask} />`)}</ol>`}
  </div>`;
}
