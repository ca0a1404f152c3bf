import { Client, fetchExchange } from '@urql/core';

import { STEP_CHANGED } from './documents.mjs';
import { pause } from './resuming.mjs';

export const urql = (url, key) =>
  new Client({
    url,
    fetchOptions: { headers: key && { authorization: `Bearer ${key}` } },
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
  });

const passes = ({ extensions }) => ['RATE_LIMITED', 'INTERNAL'].includes(extensions.code);

// urql does not come back to a stream by itself.
export function follow(client, after, handle, failed, wait = pause) {
  let subscription, stopped;
  let tries = 0;
  const stop = () => {
    stopped = true;
    subscription.unsubscribe();
  };
  function begin() {
    if (stopped) return;
    subscription = client.subscription(STEP_CHANGED, { after }).subscribe(({ data, error, hasNext }) => {
      try {
        if (error?.graphQLErrors.length && !error.graphQLErrors.every(passes)) throw error;
        if (hasNext && !error) {
          handle(data.stepChanged);
          after = data.stepChanged.cursor;
          tries = 0;
        } else {
          // The end of the stream, or of the connection; urql shows the last event once more with it.
          subscription.unsubscribe();
          wait((tries += 1)).then(begin);
        }
      } catch (problem) {
        stop();
        failed(problem);
      }
    });
  }
  begin();
  return stop;
}
