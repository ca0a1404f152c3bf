// Choosing a range of days, both inclusive. What is chosen is in the address's fragment: a preset by its name, so that it means the
// same tomorrow, or two days.
import { html, useEffect, useState } from '../../shared/view.js';
import { useLook } from '../router.js';
import { today, useNow } from '../time.js';
import { count } from '../words.js';
import { Text } from './form.js';

const PRESETS = new Map([['7', 'Last 7 days'], ['30', 'Last 30 days'], ['90', 'Last 90 days'], ['month', 'This month'], ['last', 'Last month']]);

/** A day that the API takes; a year that is half typed is none. */
const DAY = /^(?:19[7-9]\d|[2-9]\d{3})-\d{2}-\d{2}$/;

const LENGTH = 86_400_000;
const moment = (day) => Date.parse(`${day}T00:00:00Z`);

/** The day so many days later. */
export const plus = (day, days) => new Date(moment(day) + days * LENGTH).toISOString().slice(0, 10);

/** How many days a range has. */
export const length = (from, to) => Math.round((moment(to) - moment(from)) / LENGTH) + 1;

/** The days of a preset, when it is `now`. */
function days(preset, now) {
  const first = `${now.slice(0, 8)}01`;
  if (preset === 'month') return { from: first, to: now };
  if (preset === 'last') return { from: `${plus(first, -1).slice(0, 8)}01`, to: plus(first, -1) };
  return { from: plus(now, 1 - Number(preset)), to: now };
}

const isChosen = (look) => DAY.test(look.from ?? '') && DAY.test(look.to ?? '');

/**
 * The range that is chosen: `{ from, to, preset, wrong, set }`. `wrong` says why it is none; `most` is the number of days that can be
 * asked for, and `usual` the preset when nothing is chosen.
 */
export function useRange(timeZone, { usual = '30', most } = {}) {
  const [look, setLook] = useLook();
  useNow(60_000);
  const chosen = isChosen(look);
  const preset = chosen ? undefined : PRESETS.has(look.range) ? look.range : usual;
  const { from, to } = chosen ? look : days(preset, today(timeZone));
  let wrong;
  if (from > to) wrong = 'This is before From.';
  else if (most && length(from, to) > most) wrong = `These are ${count(length(from, to), 'day')}; ${count(most, 'day')} can be asked for at once.`;
  // From the address, not from what is shown: the other day may have been chosen a moment ago.
  const set = (changes) => setLook((now) => ({ range: '', from: isChosen(now) ? now.from : from, to: isChosen(now) ? now.to : to, ...changes }));
  return { from, to, preset, wrong, set };
}

/** The presets, and the two days. `wrong` may be the server's word. */
export function Range({ range, wrong = range.wrong }) {
  const { from, to, preset, set } = range;
  return html`<div class="range">
    <div class="presets" role="group" aria-label="Range of days">${[...PRESETS].map(([name, text]) => html`
      <button key=${name} type="button" aria-pressed=${String(preset === name)} onClick=${() => set({ range: name, from: '', to: '' })}>${text}</button>`)}</div>
    <div class="days"><${Day} label="From" value=${from} onDay=${(day) => set({ from: day })} />
      <${Day} label="To" value=${to} onDay=${(day) => set({ to: day })} error=${wrong} /></div>
  </div>`;
}

/** A day. While it is typed, what stands there is nobody's day yet. */
function Day({ value, onDay, ...rest }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const type = (next) => {
    setText(next);
    if (DAY.test(next) && next !== value) onDay(next);
  };
  return html`<${Text} ...${rest} type="date" required min="1970-01-01" value=${text} onText=${type} onBlur=${() => setText(value)} />`;
}
