import { createClient } from 'graphql-ws';

import { STEP_CHANGED } from './documents.mjs';
import { pause, resuming } from './resuming.mjs';

export function connect(url, key, { silence = 10_000, ...options } = {}) {
  let silent;
  const client = createClient({
    url, // wss://kyc.example.com/graphql
    connectionParams: key && { authorization: `Bearer ${key}` }, // none: the cookie of whoever is signed in
    retryAttempts: Infinity, // 5 by default
    retryWait: pause,
    // By default it gives up where nobody listens ('error'). What a handler throws is neither that nor a close; and 4403 says
    // that the key is not valid, or that its role has changed: then a new snapshot is due.
    shouldRetry: ({ type, code }) => type === 'error' || (code > 0 && code !== 4403),
    // A connection that has died without a word: nobody answers the ping.
    keepAlive: silence,
    on: {
      ping: (received) => received || (silent = setTimeout(() => client.terminate(), silence / 2)),
      pong: (received) => received && clearTimeout(silent),
      closed: () => clearTimeout(silent),
    },
    ...options,
  });
  return resuming(client);
}

export const follow = (client, after, handle, failed) =>
  client.subscribe(
    { query: STEP_CHANGED, variables: { after } },
    { next: ({ data }) => handle(data.stepChanged), error: failed, complete() {} },
  );
