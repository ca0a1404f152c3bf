import { createClient } from 'graphql-sse';

import { STEP_CHANGED } from './documents.mjs';
import { pause, resuming } from './resuming.mjs';

export function connect(url, key, wait = pause) {
  let refused;
  const client = createClient({
    url, // https://kyc.example.com/graphql
    headers: key && { authorization: `Bearer ${key}` }, // none: the cookie of whoever is signed in
    // It would ask again whatever the server answers; a 401 stays one.
    fetchFn: async (...request) => {
      const response = await fetch(...request);
      if ([400, 401, 403].includes(response.status)) refused = new Error(`The server answers ${response.status}.`);
      return response;
    },
    retryAttempts: Infinity, // 5 by default
    retry: (tries) => (refused ? Promise.reject(refused) : wait(tries)),
  });
  return resuming(client);
}

export const follow = (client, after, handle, failed) =>
  client.subscribe(
    { query: STEP_CHANGED, variables: { after } },
    { next: ({ data, errors }) => (data ? handle(data.stepChanged) : failed(errors)), error: failed, complete() {} },
  );
