// What the page asks of the server, and what can come of it. Everything that changes something carries a key that stays the
// same until it was answered, so that asking again is safe.

/** Nothing came back: no network, or nobody there. What was asked may or may not have happened. */
export class Offline extends Error {}

/** The session is nobody's any more: another browser opened the link, or a newer link was sent. */
export class Ended extends Error {}

/** The server cannot do it now. `reference` is what its log knows it by. */
export class Trouble extends Error {
  constructor(reference) {
    super('the server could not answer');
    this.reference = reference;
  }
}

/** It was asked too often; from `until` on it may be asked again. */
export class Busy extends Error {
  constructor(seconds) {
    super('asked too often');
    this.until = new Date(Date.now() + seconds * 1000);
  }
}

/** The link opens nothing. `link` is EXPIRED, REVOKED, ENDED, REPLACED, or UNKNOWN; a real one has `branding` and `mode`. */
export class Inactive extends Error {
  constructor(link, { branding, mode } = {}) {
    super(link);
    Object.assign(this, { link, branding, mode });
  }
}

/** How long an answer may take, and the pauses before asking again, in milliseconds. */
const PATIENCE = 30_000;
const PAUSES = [800, 2500];
const LONGEST_PAUSE = 10_000;
/** How long to wait where an answer does not say it, in seconds. */
const A_WHILE = 60;

const JOURNEY = `fragment J on Journey {
  id merchantName mode customerName state underReview expiresAt redirectUrl consentTextVersion consentedAt
  branding { displayName logoUrl primaryColor backgroundColor surfaceColor textColor cornerRadius supportEmail supportUrl }
  steps { id kind position status reasonCode message canRetry triesLeft }
  currentStep { id }
}`;

/** The subscription that tells the journey now and whenever it changes. */
export const FOLLOW = `subscription { journeyChanged { ...J } } ${JOURNEY}`;

const pause = (length) => new Promise((done) => setTimeout(done, length));

async function request(url, init) {
  for (let tried = 0; ; tried += 1) {
    let answer;
    let body;
    try {
      answer = await fetch(url, { ...init, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
      body = await answer.json();
    } catch (error) {
      // A text that is no JSON: something between here and the server spoke.
      answer = error instanceof SyntaxError ? answer : undefined;
    }
    if (answer && body && answer.status < 500 && answer.status !== 429) return { status: answer.status, body };
    const asked = Number(answer?.headers.get('retry-after')) * 1000;
    const last = tried >= PAUSES.length;
    // Nobody looks at a page that waits for an hour: they are told when to come back.
    if (answer?.status === 429 && (last || asked > LONGEST_PAUSE)) throw new Busy(asked / 1000 || A_WHILE);
    if (last) {
      if (!answer) throw new Offline('no answer');
      throw new Trouble(body?.errors?.[0]?.extensions?.reference);
    }
    await pause(asked > 0 ? Math.min(asked, LONGEST_PAUSE) : PAUSES[tried]);
  }
}

const json = (body) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: JSON.stringify(body),
});

/** Makes a session of a link's token; the cookie is the browser's. */
export async function open(token, nonce) {
  const { status, body } = await request('/journey/session', json({ token, nonce }));
  if (status < 300) return;
  if (status === 410) throw new Inactive(body.errors[0].extensions.link, body);
  if (status === 401 || status === 400) throw new Inactive('UNKNOWN');
  throw new Trouble(body.errors?.[0]?.extensions?.reference);
}

async function graphql(query, variables) {
  const { status, body } = await request('/journey/graphql', json({ query, variables }));
  const error = body.errors?.[0];
  if (status === 401 || error?.extensions?.code === 'UNAUTHENTICATED') throw new Ended('no session');
  if (error?.extensions?.code === 'RATE_LIMITED') throw new Busy(error.extensions.retryAfter ?? A_WHILE);
  if (error || !body.data) throw new Trouble(error?.extensions?.reference);
  return body.data;
}

/** The journey as it is now. */
export async function load() {
  const { journey } = await graphql(`{ journey { ...J } } ${JOURNEY}`);
  if (!journey) throw new Ended('no journey');
  return journey;
}

const kept = new Map();

/** Letters and digits made up at random. */
export function random() {
  return [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The key of an action until it is answered; another input is another action. In memory only: the input is personal. */
function keyOf(name, input) {
  const text = JSON.stringify(input);
  if (kept.get(name)?.text !== text) kept.set(name, { text, key: random() });
  return kept.get(name).key;
}

/** What comes of it in the journey is told by the stream, or asked for: an answer on its way may be older than what was told since. */
async function mutate(name, type, input, selection = '') {
  const query = `mutation($input: ${type}!) { answer: ${name}(input: $input) { ${selection} userErrors { field message code } } }`;
  const idempotencyKey = keyOf(name, input);
  const { answer } = await graphql(query, { input: { ...input, idempotencyKey } });
  kept.delete(name);
  return answer;
}

export const consent = (input) => mutate('journeyConsent', 'JourneyConsentInput', input);
export const pan = (input) => mutate('journeyPanSubmit', 'JourneyPanSubmitInput', input);
export const bank = (input) => mutate('journeyBankSubmit', 'JourneyBankSubmitInput', input);

/** Where DigiLocker is to be visited. Told once: an answer that was lost is a visit that nobody makes, so another is asked for. */
export async function digilocker() {
  const begin = () => mutate('journeyDigilockerStart', 'JourneyDigilockerStartInput', {}, 'authorizeUrl');
  const answer = await begin();
  return answer.authorizeUrl || answer.userErrors.length > 0 ? answer : begin();
}

/** Sends the picture of a step. */
export async function image(stepId, picture) {
  const url = `/journey/steps/${encodeURIComponent(stepId)}/image`;
  const { status, body } = await request(url, { method: 'PUT', headers: { 'content-type': picture.type }, body: picture });
  if (status === 401) throw new Ended('no session');
  if (status === 413) return { userErrors: [{ field: ['image'], code: 'TOO_LONG', message: body.errors?.[0]?.message ?? '' }] };
  if (status >= 300) throw new Trouble(body.errors?.[0]?.extensions?.reference);
  return { userErrors: body.userErrors };
}
