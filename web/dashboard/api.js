// The public GraphQL API, as the member who is signed in. What is refused because of a role is null; everything else that goes wrong is thrown.
import { Limited, Trouble, answered, json, keyOf, request } from '../shared/http.js';

export { Limited, Offline, Trouble } from '../shared/http.js';

/** Nobody is signed in (any more). */
export class SignedOut extends Error {}

/** The server does not take what was asked: a cursor of another list, a filter that is not one. `message` says why. */
export class Unfit extends Error {}

const UNFIT = ['BAD_USER_INPUT', 'CURSOR_INVALID', 'CURSOR_EXPIRED', 'QUERY_TOO_LARGE'];

function thrown(status, error) {
  const { code, reference, retryAfter } = error.extensions ?? {};
  if (status === 401 || code === 'UNAUTHENTICATED') return new SignedOut(error.message);
  if (code === 'RATE_LIMITED') return new Limited(retryAfter);
  if (UNFIT.includes(code)) return new Unfit(error.message);
  return new Trouble(reference, error.message);
}

/** The data of a query. */
export async function ask(query, variables = {}, { signal } = {}) {
  const { status, body } = await request('/graphql', { ...json({ query, variables }), signal });
  const wrong = (body.errors ?? []).find(({ extensions }) => extensions?.code !== 'FORBIDDEN');
  if (wrong) throw thrown(status, wrong);
  if (!body.data) throw new Trouble(undefined, body.errors?.[0]?.message);
  return body.data;
}

/**
 * Changes something: the mutation's payload, with `userErrors` for what the input is refused for. A lost answer is asked for
 * again under the same key, so that the change is made once. `fragments` follow the document.
 */
export async function change(name, input, selection = '', fragments = '') {
  const type = `${name[0].toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation($input: ${type}!) { answer: ${name}(input: $input) { ${selection} userErrors { field message code } } } ${fragments}`;
  const { answer } = await ask(query, { input: { ...input, idempotencyKey: keyOf(name, input) } });
  answered(name);
  return answer ?? { userErrors: [{ field: null, code: 'FORBIDDEN', message: 'Your role does not allow this.' }] };
}

/** An address that the server made, on the origin that this page came from: it may be reached by more names than one. */
export function ours(address) {
  if (!address) return undefined;
  const { pathname, search } = new URL(address);
  return pathname + search;
}

async function plain(method, path, body) {
  const { status, body: answer } = await request(path, { ...json(body), method });
  if (status < 300) return answer;
  throw thrown(status === 401 ? 0 : status, answer.errors?.[0] ?? {});
}

/** Signs a member in; the cookie is the browser's. Wrong credentials answer false. */
export async function signIn(merchant, email, password) {
  const { status, body } = await request('/session', json({ merchant, email, password }));
  if (status < 300) return true;
  if (status === 401 || status === 400) return false;
  throw thrown(status, body.errors?.[0] ?? {});
}

/** Ends the session. */
export const signOut = () => plain('DELETE', '/session');

/** Sets a password by a one-time token. What is wrong with it is answered as a text; nothing is answered when it is set. */
export async function setPassword(token, password) {
  // Once: the second of two would find the link used.
  const { status, body } = await request('/password', json({ token, password }), 1);
  if (status < 300) return undefined;
  if (status < 429) return body.errors?.[0]?.message ?? 'The password was not set.';
  throw thrown(status, body.errors?.[0] ?? {});
}
