// The merchant's log as it grows, once for the whole page: every view listens here. It begins at the log's head as it was before
// any view asked for anything, so what a view has not in its snapshot comes as an event; what it has already is told from its
// `version`. After a lost connection it goes on behind the last event that was handled: nothing is missing and nothing comes twice.
import { createClient } from '../shared/vendor/graphql-ws-6.4.2.js';
import { useEffect, useRef, useState } from '../shared/view.js';
import { SignedOut } from './api.js';
import { FOLLOW } from './documents.js';

/** A connection of which nothing was heard for so long is asked, and then ended; milliseconds. */
const SILENCE = 10_000;

/** What a connection is closed with when the session is over, and when the role has changed, and with it what may be seen. */
const SESSION = [4401, 4403];

/** Between two tries: half a second to half a minute, each a little different. */
const pause = (tries) => new Promise((done) => setTimeout(done, Math.min(2 ** tries, 30) * 500 * (0.5 + Math.random())));

/** The pause after something that trying does not mend, as so many tries. */
const LONG = 4;

const listeners = new Set();
const watchers = new Set();
let state = 'connecting';
let stop;

function become(next) {
  if (state === next) return;
  state = next;
  watchers.forEach((watch) => watch(next));
}

/** Tells every listener, also when another one fails. */
function tell(event) {
  for (const listen of listeners) {
    try {
      listen(event);
    } catch (error) {
      console.error(error);
    }
  }
}

function connect({ isStopped, back, over }) {
  let silent;
  const client = createClient({
    url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
    lazy: false,
    retryAttempts: Infinity,
    retryWait: pause,
    shouldRetry: ({ code, type }) => type === 'error' || (code > 0 && !SESSION.includes(code)),
    onNonLazyError: () => undefined,
    keepAlive: SILENCE,
    on: {
      connected(socket, payload, again) {
        if (isStopped()) return;
        become('live');
        if (again) back();
      },
      closed({ code }) {
        clearTimeout(silent);
        if (isStopped()) return;
        become('lost');
        if (SESSION.includes(code)) over();
      },
      ping: (received) => received || (silent = setTimeout(() => client.terminate(), SILENCE / 2)),
      pong: (received) => received && clearTimeout(silent),
    },
  });
  return client;
}

/**
 * Begins to follow behind `after`. `back` is called when a connection that was lost is there again: whoever is signed in may be
 * somebody else by now. `over` is called when it cannot go on from where it is: the session or the role is another one, or the place
 * in the log is no more (a restored database). Then every view has to ask anew.
 */
export function follow({ after, back, over }) {
  stop?.();
  let stopped = false;
  let unsubscribe;
  const variables = { after };
  const client = connect({ isStopped: () => stopped, back, over });
  const subscribe = (tried = 0) => {
    let heard = 0;
    unsubscribe = client.subscribe({ query: FOLLOW, variables }, {
      next({ data }) {
        if (stopped) return;
        // An event that could not be sent is one that the views don't know of.
        if (!data?.trackerEvent) return over();
        heard += 1;
        tell(data.trackerEvent);
        // The client sends this very object when it is connected again.
        variables.after = data.trackerEvent.cursor;
      },
      async error(problem) {
        if (stopped) return;
        if (!Array.isArray(problem)) return gaveUp(problem);
        if (problem.some(({ extensions }) => /^CURSOR_/.test(extensions?.code ?? ''))) return over();
        // The server's own trouble: it may be gone in a moment, and the place in the log is known.
        await pause(heard > 0 ? 0 : tried);
        if (!stopped) subscribe(heard > 0 ? 0 : tried + 1);
      },
      complete() {},
    });
  };
  // The client connects no more. Of a session that is over it was told when it was closed; after anything else all begins anew.
  const gaveUp = async ({ code }) => {
    if (SESSION.includes(code)) return;
    await pause(LONG);
    if (!stopped) over();
  };
  subscribe();
  stop = () => {
    stopped = true;
    stop = undefined;
    unsubscribe();
    // It may be about to connect in vain.
    client.dispose().catch(() => undefined);
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
