// A report on its way: the bytes of `GET /reports/kyc.csv`, counted as they come. One at a time, and it goes on while somebody looks at
// another page.
import { useEffect, useState } from '../../../shared/view.js';
import { Limited, Offline, SignedOut, Trouble, Unfit } from '../../api.js';
import { signedOut } from '../../session.js';
import { rowCounter } from './rows.js';

/** A body that ended before its end. */
export class Cut extends Error {}

/** Milliseconds between two times that it is told how far it is. */
const TELL = 200;

const watchers = new Set();
let now = { state: 'none' };
let control;

function become(next) {
  now = next;
  watchers.forEach((watch) => watch(now));
}

// Who closes the page meanwhile is asked first.
addEventListener('beforeunload', (event) => now.state === 'coming' && event.preventDefault());

/** The report as far as it is: `{ state: 'none' | 'coming' | 'saved' | 'failed' | 'cancelled', bytes, rows, name, error, keeps }`. */
export function useDownload() {
  const [shown, show] = useState(now);
  useEffect(() => {
    show(now);
    watchers.add(show);
    return () => watchers.delete(show);
  }, []);
  return shown;
}

/** The address of a report. Nothing in it is personal. */
export function addressOf({ from, to, timeZone, date, layout, states, excel }) {
  const query = new URLSearchParams({ from, to, time_zone: timeZone, date, layout });
  if (states.length > 0) query.set('state', states.join(','));
  if (excel) query.set('bom', 'true');
  return `/reports/kyc.csv?${query}`;
}

/** What the route calls the file. */
export const nameOf = (slug, { from, to, layout }) => `kyc-${slug}-${from}-${to}${layout === 'long' ? '-steps' : ''}.csv`;

async function refused(answer) {
  const { errors: [error = {}] = [] } = await answer.json().catch(() => ({}));
  if (answer.status === 401) return new SignedOut();
  if (answer.status === 429) return new Limited(Number(answer.headers.get('retry-after')) || 10);
  if (answer.status < 500) return new Unfit(error.message ?? 'The report was refused.');
  return new Trouble(error.extensions?.reference);
}

async function open(address, signal) {
  let answer;
  try {
    answer = await fetch(address, { signal, cache: 'no-store', headers: { accept: 'text/csv, application/json' } });
  } catch (error) {
    throw signal.aborted ? error : new Offline();
  }
  if (!answer.ok) throw await refused(answer);
  return answer;
}

async function* piecesOf(body, signal) {
  const reader = body.getReader();
  try {
    for (;;) {
      // The server closes the connection before the last chunk where it cannot go on; the browser then fails the body.
      const { done, value } = await reader.read().catch((error) => {
        throw signal.aborted ? error : new Cut();
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Who can write no further lets the server go.
    reader.cancel().catch(() => undefined);
  }
}

/** Fetches a report into a sink. What comes of it is told by `useDownload`. */
export async function start(address, sink) {
  if (now.state === 'coming') return;
  control = new AbortController();
  const { signal } = control;
  const counter = rowCounter();
  let bytes = 0;
  const far = () => ({ bytes, rows: counter.rows(), keeps: sink.keeps });
  become({ state: 'coming', ...far() });
  try {
    const answer = await open(address, signal);
    const name = answer.headers.get('content-disposition')?.match(/filename="([\w.-]+)"/)?.[1] ?? 'kyc.csv';
    let told = 0;
    for await (const piece of piecesOf(answer.body, signal)) {
      counter.feed(piece);
      bytes += piece.length;
      await sink.write(piece);
      if (performance.now() - told > TELL) {
        told = performance.now();
        become({ state: 'coming', ...far() });
      }
    }
    become({ state: 'saved', ...far(), name: await sink.done(name) });
  } catch (error) {
    await sink.drop();
    if (error instanceof SignedOut) signedOut();
    become(signal.aborted ? { state: 'cancelled' } : { state: 'failed', error, ...far() });
  }
}

/** Stops it; nothing is saved. */
export const cancel = () => control?.abort();
