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
  let unsubscribe, stopped;
  let tries = 0;
  // Not within a call of urql's: that leaves a rejected promise behind.
  const leave = () => setTimeout(unsubscribe);
  const stop = () => {
    stopped = true;
    leave();
  };
  function begin() {
    if (stopped) return;
    let over = false;
    ({ unsubscribe } = client.subscription(STEP_CHANGED, { after }).subscribe(({ data, error, hasNext }) => {
      // With the end of the stream, urql shows the last event once more.
      if (stopped || over) return;
      over = error || !hasNext;
      try {
        if (error?.graphQLErrors.length && !error.graphQLErrors.every(passes)) throw error;
        if (!over) {
          handle(data.stepChanged);
          after = data.stepChanged.cursor;
          tries = 0;
        } else {
          leave();
          wait((tries += 1)).then(begin);
        }
      } catch (problem) {
        stop();
        failed(problem);
      }
    }));
  }
  begin();
  return stop;
}
