// The summary's days as bars: each a day, or a week where there are many. Pure.
import { length, plus } from '../../parts/range.js';

/** As they are stacked, from below: what is over, then what is open. */
export const STATES = ['COMPLETED', 'REJECTED', 'EXPIRED', 'IN_PROGRESS', 'CREATED'];

/** More days than these are shown by week. */
const MOST_DAYS = 62;

/** Pixels that a bar needs with the gap beside it. */
const NARROWEST = 6;

/** Whether bars are days or weeks, where there is so much room for them. */
export const unitOf = (from, to, width) => (length(from, to) > Math.min(MOST_DAYS, width / NARROWEST) ? 'week' : 'day');

/** Days since the Monday before, or 0 on one. */
const sinceMonday = (day) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

/** The bars of a range, in order, none left out: `{ from, to, counts, total }`. A week begins on Monday, or where the range does. */
export function bucketsOf(byDay, from, to, unit) {
  const buckets = [];
  for (let day = from; day <= to; ) {
    const end = unit === 'week' ? plus(day, 6 - sinceMonday(day)) : day;
    const last = end < to ? end : to;
    buckets.push({ from: day, to: last, counts: {}, total: 0 });
    day = plus(last, 1);
  }
  let at = 0;
  for (const { date, state, count } of byDay) {
    while (at < buckets.length && buckets[at].to < date) at += 1;
    const bucket = buckets[at];
    if (!bucket || date < bucket.from) continue;
    bucket.counts[state] = (bucket.counts[state] ?? 0) + count;
    bucket.total += count;
  }
  return buckets;
}

/** The numbers beside an axis from 0 to at least `most`: whole ones, four at most above 0. */
export function ticksOf(most) {
  let step = 1;
  for (let power = 1; step * 4 < most; power *= 10) {
    step = [1, 2, 5, 10].map((one) => one * power).find((one) => one * 4 >= most) ?? step;
  }
  const top = Math.max(1, Math.ceil(most / step)) * step;
  return Array.from({ length: top / step + 1 }, (_, at) => at * step);
}

const written = (day, options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(new Date(`${day}T00:00:00Z`));

/** What a bar is called under the axis. */
export const shortly = ({ from }) => written(from, { day: 'numeric', month: 'short' });

/** What a bar is called in full: `Mon, 23 Nov 2026`, `16 Nov – 22 Nov 2026`. */
export const fully = ({ from, to }) => (from === to
  ? written(from, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
  : `${written(from, { day: 'numeric', month: 'short' })} – ${written(to, { day: 'numeric', month: 'short', year: 'numeric' })}`);
