// The public audits of GraphQL over HTTP (npm graphql-http), against a running server.
import assert from 'node:assert/strict';
import test from 'node:test';

import { serverAudits } from 'graphql-http';

import { adminKey, bearer, endpoint, skip } from './server.mjs';

// How many audits the pinned version has: with another number the version changed, and this file with it.
const EXPECTED = 61;

test('GraphQL over HTTP: every audit', { skip }, async (t) => {
  const audits = serverAudits({
    url: endpoint,
    fetchFn: (target, init = {}) => fetch(target, { ...init, headers: { ...init.headers, ...bearer(adminKey) } }),
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
