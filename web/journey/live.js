// The journey as it changes: told by the server over an event stream, asked for where no stream gets through.
import { Ended, FOLLOW, load } from './api.js';

/** A stream tells the journey at once; one that has told nothing for so long is not trusted. Milliseconds, as below. */
const SILENCE = 6000;
/** Between two questions where no stream is, at first and at most. */
const OFTEN = 3000;
const SELDOM = 20_000;
/** Beside a stream that tells: whatever lies between may have swallowed the last news. */
const BESIDE = 60_000;

/** After a change, the stream is the first to know; until so long after, nobody else is asked. */
const SOON = 1500;

/** Whether a stream tells, how often one has, and who waits for the next time. */
let streams = false;
let tellings = 0;
const waiting = [];

/** Whether the stream tells something soon. Asked beside it, the older of two answers could come last. */
export function toldSoon() {
  if (!streams) return Promise.resolve(false);
  return new Promise((done) => {
    waiting.push(() => done(true));
    setTimeout(() => done(false), SOON);
  });
}

/**
 * The journey as it is now; nothing when a stream told one meanwhile, which may be newer, and which the stream follows with what
 * is newer still.
 */
export async function fresh() {
  const before = tellings;
  const journey = await load();
  return before === tellings ? journey : undefined;
}

/**
 * Follows the journey until the session ends. `told` gets each journey, `reached` whether the server was heard, `ended`
 * that there is no session any more. Answers what stops it.
 */
export function follow({ told, reached, ended }) {
  let source;
  let timer;
  let wait = OFTEN;
  let stopped = false;

  const stop = () => {
    stopped = true;
    source?.close();
    streams = false;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  };

  const over = () => {
    if (stopped) return;
    stop();
    ended();
  };

  const look = async () => {
    clearTimeout(timer);
    if (stopped) return;
    if (!document.hidden) {
      try {
        const journey = await fresh();
        if (stopped) return;
        reached(true);
        if (journey) told(journey);
        wait = Math.min(wait * 1.5, SELDOM);
      } catch (error) {
        if (error instanceof Ended) return over();
        if (!stopped) reached(false);
      }
    }
    if (stopped) return;
    if (!source || source.readyState === EventSource.CLOSED) connect();
    timer = setTimeout(look, streams ? BESIDE : wait);
  };

  const seen = () => document.hidden || look();

  const connect = () => {
    source?.close();
    streams = false;
    source = new EventSource(`/journey/graphql?query=${encodeURIComponent(FOLLOW)}`);
    source.addEventListener('next', ({ data }) => {
      const answer = JSON.parse(data);
      if (answer.errors?.[0]?.extensions?.code === 'UNAUTHENTICATED') return over();
      if (!answer.data?.journeyChanged || stopped) return;
      tellings += 1;
      [streams, wait] = [true, OFTEN];
      reached(true);
      told(answer.data.journeyChanged);
      waiting.splice(0).forEach((tell) => tell());
      clearTimeout(timer);
      timer = setTimeout(look, BESIDE);
    });
    const broken = () => {
      streams = false;
      clearTimeout(timer);
      timer = setTimeout(look, OFTEN);
    };
    source.addEventListener('complete', () => {
      source.close();
      broken();
    });
    source.addEventListener('error', broken);
  };

  document.addEventListener('visibilitychange', seen);
  connect();
  timer = setTimeout(look, SILENCE);
  return stop;
}
