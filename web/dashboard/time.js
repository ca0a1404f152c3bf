// Times as people read them, in the merchant's time zone.
import { useEffect, useState } from '../shared/view.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds as one number and unit: `45 s`, `12 min`, `5 h`, `3 d`. */
export function span(milliseconds) {
  const length = Math.max(0, milliseconds);
  if (length < MINUTE) return `${Math.floor(length / 1000)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length < 2 * DAY) return `${Math.floor(length / HOUR)} h`;
  return `${Math.floor(length / DAY)} d`;
}

/** Seconds as two units at most: `2 min 5 s`, `3 h 12 min`, `4 d 2 h`. */
export function lasting(seconds) {
  if (seconds == null) return '–';
  const of = (large, size, small, part) => `${Math.floor(seconds / size)} ${large}${Math.floor((seconds % size) / part) ? ` ${Math.floor((seconds % size) / part)} ${small}` : ''}`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return of('min', 60, 's', 1);
  if (seconds < 86_400) return of('h', 3600, 'min', 60);
  return of('d', 86_400, 'h', 3600);
}

/** `23 Nov 2026, 14:05:09` in a time zone; without seconds, or the day alone, where that is enough. */
export function written(at, timeZone, style = 'minute') {
  if (!at) return '';
  const day = { day: 'numeric', month: 'short', year: 'numeric' };
  const time = style === 'day' ? {} : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(style === 'second' && { second: '2-digit' }) };
  return new Intl.DateTimeFormat('en-GB', { ...day, ...time, timeZone }).format(new Date(at));
}

/** Today's date in a time zone, as `2026-11-23`; `days` earlier, if given. */
export function today(timeZone, days = 0) {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(Date.now() - days * DAY);
}

/** The moment at which a day begins in a time zone, as the API takes it; `days` later, if given. */
export function dayBegins(date, timeZone, days = 0) {
  const [year, month, day] = date.split('-').map(Number);
  const wanted = Date.UTC(year, month - 1, day + days);
  // The zone's distance from UTC at that moment is found by asking what its clocks show; twice, for the day on which they are changed.
  const shown = (moment) => {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    }).formatToParts(moment);
    const of = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(of.year, of.month - 1, of.day, of.hour, of.minute, of.second);
  };
  let moment = wanted;
  for (let turn = 0; turn < 2; turn += 1) moment += wanted - shown(moment);
  return new Date(moment).toISOString();
}

/** The time now, as it goes on; `every` is in milliseconds. */
export function useNow(every = 15_000) {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
