// What the page asks of the server, and what can come of it. Everything that changes something carries a key that stays the
// same until it was answered, so that asking again is safe.

import { Limited, Trouble, answered, json, keyOf, request } from '../shared/http.js';

export { Limited, Offline, Trouble, random } from '../shared/http.js';

/** The session is nobody's any more: another browser opened the link, or a newer link was sent. */
export class Ended extends Error {}

/** The link opens nothing. `link` is EXPIRED, REVOKED, ENDED, REPLACED, or UNKNOWN; a real one has `branding` and `mode`. */
export class Inactive extends Error {
  constructor(link, { branding, mode } = {}) {
    super(link);
    Object.assign(this, { link, branding, mode });
  }
}

const JOURNEY = `fragment J on Journey {
  id merchantName mode customerName state underReview expiresAt redirectUrl consentTextVersion consentedAt
  branding { displayName logoUrl primaryColor backgroundColor surfaceColor textColor cornerRadius supportEmail supportUrl }
  steps { id kind position status reasonCode message canRetry triesLeft }
  currentStep { id }
}`;

/** The subscription that tells the journey now and whenever it changes. */
export const FOLLOW = `subscription { journeyChanged { ...J } } ${JOURNEY}`;

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
  if (error?.extensions?.code === 'RATE_LIMITED') throw new Limited(error.extensions.retryAfter);
  if (error || !body.data) throw new Trouble(error?.extensions?.reference);
  return body.data;
}

/** The journey as it is now. */
export async function load() {
  const { journey } = await graphql(`{ journey { ...J } } ${JOURNEY}`);
  if (!journey) throw new Ended('no journey');
  return journey;
}

/** What comes of it in the journey is told by the stream, or asked for: an answer on its way may be older than what was told since. */
async function mutate(name, type, input, selection = '') {
  const query = `mutation($input: ${type}!) { answer: ${name}(input: $input) { ${selection} userErrors { field message code } } }`;
  const idempotencyKey = keyOf(name, input);
  const { answer } = await graphql(query, { input: { ...input, idempotencyKey } });
  answered(name);
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
