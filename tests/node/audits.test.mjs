// The public audits of GraphQL over HTTP (npm graphql-http), against a running server.
//   KYC_URL=http://127.0.0.1:8080/graphql KYC_API_KEY=… node --test audits.test.mjs
import assert from 'node:assert/strict';
import test from 'node:test';

import { serverAudits } from 'graphql-http';

const url = process.env.KYC_URL;
const key = process.env.KYC_API_KEY;

// How many audits the pinned version has: with another number the version changed, and this file with it.
const EXPECTED = 61;

test('GraphQL over HTTP: every audit', { skip: url ? false : 'KYC_URL is not set: no server to audit' }, async (t) => {
  const audits = serverAudits({
    url,
    fetchFn: (target, init = {}) =>
      fetch(target, { ...init, headers: { ...init.headers, ...(key ? { authorization: `Bearer ${key}` } : {}) } }),
  });
  let ok = 0;
  for (const audit of audits) {
    await t.test(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      assert.equal(result.status, 'ok', result.reason);
      ok += 1;
    });
  }
  assert.equal(audits.length, EXPECTED);
  assert.equal(ok, EXPECTED, `${ok} of ${EXPECTED} audits are ok`);
});
