// The merchant's log as it grows, once for the whole page: every view listens here. It begins at the log's head as it was before
// any view asked for anything, so what a view has not in its snapshot comes as an event; what it has already is told from its
// `version`. After a lost connection it goes on behind the last event that was handled: nothing is missing and nothing comes twice.
import { createClient } from '../shared/vendor/graphql-ws-6.4.2.js';
import { useEffect, useRef, useState } from '../shared/view.js';
import { SignedOut, ask } from './api.js';
import { FOLLOW } from './documents.js';

/** A connection of which nothing was heard for so long is asked, and then ended; milliseconds. */
const SILENCE = 10_000;

/** Between two tries: half a second to half a minute, each a little different. */
const pause = (tries) => new Promise((done) => setTimeout(done, Math.min(2 ** tries, 30) * 500 * (0.5 + Math.random())));

const listeners = new Set();
const watchers = new Set();
let state = 'connecting';
let stop;

function become(next) {
  if (state === next) return;
  state = next;
  watchers.forEach((watch) => watch(next));
}

const tell = (event) => listeners.forEach((listen) => listen(event));

function connect(ended, refused) {
  let silent;
  const client = createClient({
    url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
    lazy: false,
    retryAttempts: Infinity,
    retryWait: pause,
    // 4401: the session is over. 4403: the role has changed, and with it what may be seen.
    shouldRetry: ({ code, type }) => type === 'error' || (code > 0 && code !== 4401 && code !== 4403),
    onNonLazyError: () => undefined,
    keepAlive: SILENCE,
    on: {
      connected: () => become('live'),
      closed: ({ code }) => {
        clearTimeout(silent);
        become('lost');
        if (code === 4401) ended();
        else if (code === 4403) refused();
      },
      ping: (received) => received || (silent = setTimeout(() => client.terminate(), SILENCE / 2)),
      pong: (received) => received && clearTimeout(silent),
    },
  });
  return client;
}

/**
 * Begins to follow behind `after`, or from now on. `ended` is called when the session is over, `refused` when what may be seen has changed, `lost` when the
 * place in the log is no more (a restored database): then every view has to ask anew.
 */
export async function follow({ after, ended, refused, lost }) {
  stop?.();
  let over = false;
  let unsubscribe;
  const variables = { after: after ?? (await ask('{ eventCursor }')).eventCursor };
  const client = connect(ended, refused);
  const subscribe = (tried = 0) => {
    let heard = 0;
    unsubscribe = client.subscribe({ query: FOLLOW, variables }, {
      next({ data }) {
        if (!data?.trackerEvent) return;
        heard += 1;
        tell(data.trackerEvent);
        // The client sends this very object when it is connected again.
        variables.after = data.trackerEvent.cursor;
      },
      async error(problem) {
        if (over || !Array.isArray(problem)) return;
        if (problem.some(({ extensions }) => /^CURSOR_/.test(extensions?.code ?? ''))) return lost();
        // The server's own trouble: it may be gone in a moment, and the place in the log is known.
        await pause(heard > 0 ? 0 : tried);
        if (!over) subscribe(heard > 0 ? 0 : tried + 1);
      },
      complete() {},
    });
  };
  subscribe();
  stop = () => {
    over = true;
    stop = undefined;
    unsubscribe();
    client.dispose();
    become('connecting');
  };
}

/** Ends it: somebody signed out. */
export const unfollow = () => stop?.();

/** Hears every event while the component is shown. */
export function useEvents(listen) {
  const latest = useRef(listen);
  latest.current = listen;
  useEffect(() => {
    const hear = (event) => latest.current(event);
    listeners.add(hear);
    return () => listeners.delete(hear);
  }, []);
}

/** `connecting`, `live` or `lost`. */
export function useConnection() {
  const [shown, show] = useState(state);
  useEffect(() => {
    show(state);
    watchers.add(show);
    return () => watchers.delete(show);
  }, []);
  return shown;
}

/** Whether an error is the end of the session. */
export const isOver = (error) => error instanceof SignedOut;
