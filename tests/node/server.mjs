// The server under test, and a client of nothing but fetch. The variables are what `.ci/run` sets; by hand:
//   KYC_URL=http://127.0.0.1:8080 KYC_API_KEY=… (a key of the role ADMIN) node --test
import assert from 'node:assert/strict';

const { KYC_URL, KYC_API_KEY } = process.env;

/** Where GraphQL is answered; undefined without a server. */
export const endpoint = KYC_URL && new URL('/graphql', KYC_URL).href;

/** An API key of the role ADMIN. */
export const adminKey = KYC_API_KEY;

/** What node's runner takes as the reason to skip; false where there is a server. */
export const skip = endpoint && adminKey ? false : 'KYC_URL or KYC_API_KEY is not set: no server to ask';

export const bearer = (key) => ({ authorization: `Bearer ${key}` });

/** The answer of one operation. */
export async function ask(query, variables = {}, { key = adminKey, headers = {} } = {}) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && bearer(key)), ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** The data of one operation that has to succeed as a whole. */
export async function data(query, variables, options) {
  const answer = await ask(query, variables, options);
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

/** A new API key of a role. */
export async function keyOf(role) {
  const { apiKeyCreate } = await data(
    'mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret userErrors { code message } } }',
    { input: { name: `Client tests: ${role}`, role } },
  );
  assert.deepEqual(apiKeyCreate.userErrors, []);
  return apiKeyCreate.secret;
}
