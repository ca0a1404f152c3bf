import { STEP_CHANGED } from './documents.mjs';
import { pause } from './resuming.mjs';

// `open` makes an EventSource of an address. A browser's sends the cookie of whoever is signed in.
export function follow(url, after, handle, failed, open = (address) => new EventSource(address), wait = pause) {
  let source, stopped;
  let tries = 0;
  const stop = () => {
    stopped = true;
    source.close();
  };
  function begin() {
    if (stopped) return;
    source = open(`${url}?${new URLSearchParams({ query: STEP_CHANGED, variables: JSON.stringify({ after }) })}`);
    source.addEventListener('next', (event) => {
      const { data, errors } = JSON.parse(event.data);
      try {
        if (!data) throw errors;
        handle(data.stepChanged);
        after = data.stepChanged.cursor;
        tries = 0;
      } catch (problem) {
        stop();
        failed(problem);
      }
    });
    source.addEventListener('error', () => {
      // A lost connection it takes up again by itself, with Last-Event-ID. After an answer that is no stream (a proxy's 502, a
      // 401) it has given up, and does not say what it was.
      if (source.readyState === source.CLOSED) wait((tries += 1)).then(begin);
    });
  }
  begin();
  return stop;
}
