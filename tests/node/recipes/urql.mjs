import { Client, fetchExchange, subscriptionExchange } from '@urql/core';

import { STEP_CHANGED } from './documents.mjs';

// `socket` is what `connect` of the graphql-ws recipe gives.
export const urql = (url, key, socket) =>
  new Client({
    url,
    fetchOptions: { headers: key && { authorization: `Bearer ${key}` } },
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
        }),
      }),
    ],
  });

export function follow(client, after, handle, failed) {
  const { unsubscribe } = client.subscription(STEP_CHANGED, { after }).subscribe(({ data, error }) => {
    // With an error, urql shows the last event once more.
    if (error) failed(error);
    else handle(data.stepChanged);
  });
  return unsubscribe;
}
