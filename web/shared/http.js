// Asking the server: once more after a short while when it could not be reached, and each change once.

/** No answer came. */
export class Offline extends Error {}

/** The server could not answer as it should; `reference` is the id under which it has the reason in its log. */
export class Trouble extends Error {
  constructor(reference, message = 'The server had a problem') {
    super(message);
    this.reference = reference;
  }
}

/** It was asked too often; from `until` on, in so many `seconds`, it may be asked again. */
export class Limited extends Error {
  constructor(seconds = A_WHILE) {
    super('asked too often');
    this.seconds = Math.ceil(seconds);
    this.until = new Date(Date.now() + seconds * 1000);
  }
}

/** How long to wait where an answer does not say it, in seconds. */
const A_WHILE = 60;
/** Milliseconds before the second and third question, and the longest that a server's own wish is heeded. */
const PAUSES = [400, 1600];
const LONGEST_PAUSE = 10_000;
/** How long an answer is waited for, in milliseconds. */
const PATIENCE = 30_000;

const pause = (length) => new Promise((done) => setTimeout(done, length));

/** The status and the JSON of an answer, after so many `tries` at most. Safe to ask twice is what reads, and what carries a key. */
export async function request(url, init, tries = PAUSES.length + 1) {
  for (let tried = 0; ; tried += 1) {
    let answer;
    let body;
    try {
      const signal = init.signal ? AbortSignal.any([init.signal, AbortSignal.timeout(PATIENCE)]) : AbortSignal.timeout(PATIENCE);
      answer = await fetch(url, { ...init, cache: 'no-store', signal });
      body = answer.status === 204 ? {} : await answer.json();
    } catch (error) {
      if (init.signal?.aborted) throw error;
      // A text that is no JSON: something between here and the server spoke.
      answer = error instanceof SyntaxError ? answer : undefined;
    }
    if (answer && body && answer.status < 500 && answer.status !== 429) return { status: answer.status, body };
    const last = tried + 1 >= tries;
    const asked = Number(answer?.headers.get('retry-after')) * 1000;
    // Nobody looks at a page that waits for an hour: they are told when to come back.
    if (answer?.status === 429 && (last || asked > LONGEST_PAUSE)) throw new Limited(asked / 1000 || A_WHILE);
    if (last) {
      if (!answer) throw new Offline('no answer');
      throw new Trouble(body?.errors?.[0]?.extensions?.reference);
    }
    await pause(asked > 0 ? Math.min(asked, LONGEST_PAUSE) : PAUSES[tried]);
  }
}

/** A POST of JSON. */
export const json = (body) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: JSON.stringify(body),
});

/** Letters and digits made up at random. */
export function random() {
  return [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const kept = new Map();

/**
 * The idempotency key of a change until `answered`: a second try after a lost answer is the same change. Another input is another
 * one. In memory only: the input is personal.
 */
export function keyOf(name, input) {
  const text = JSON.stringify(input);
  if (kept.get(name)?.text !== text) kept.set(name, { text, key: random() });
  return kept.get(name).key;
}

/** The change was answered: the same input is a new one from now on. */
export const answered = (name) => kept.delete(name);
