// Counting the rows of a CSV as its bytes come. Pure.

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** Counts rows, the first one (the columns' names) left out: a line break between quotes ends none. `feed` bytes, ask for `rows()`. */
export function rowCounter() {
  let lines = 0;
  let quoted = false;
  return {
    feed(bytes) {
      for (const byte of bytes) {
        if (byte === QUOTE) quoted = !quoted;
        else if (byte === LINE_FEED && !quoted) lines += 1;
      }
    },
    rows: () => Math.max(0, lines - 1),
  };
}
