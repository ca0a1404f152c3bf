import { createClient } from 'graphql-ws';

import { STEP_CHANGED } from './documents.mjs';
import { pause, resuming } from './resuming.mjs';

export const connect = (url, key, options) =>
  resuming(
    createClient({
      url, // wss://kyc.example.com/graphql
      connectionParams: key && { authorization: `Bearer ${key}` }, // none: the cookie of whoever is signed in
      retryAttempts: Infinity, // 5 by default
      retryWait: pause,
      // By default it gives up where the server cannot be reached at all. An Error is not the connection's: a handler threw
      // it. 4403: the key is not valid, or its role has changed; then a new snapshot is due.
      shouldRetry: (problem) => !(problem instanceof Error) && problem.code !== 4403,
      ...options,
    }),
  );

export const follow = (client, after, handle, failed) =>
  client.subscribe(
    { query: STEP_CHANGED, variables: { after } },
    { next: ({ data }) => handle(data.stepChanged), error: failed, complete() {} },
  );
