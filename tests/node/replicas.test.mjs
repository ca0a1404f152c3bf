// Two replicas on one PostgreSQL behind nginx, as README.md sets them up: whichever of them stops, whoever follows sees every
// event once, and whoever writes gets through. No request has to go where the one before went.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';

import { clients, socket } from './live/clients.mjs';
import { Follower } from './live/follower.mjs';
import { nginx, skip as skipNginx } from './live/nginx.mjs';
import { Office, activity, asker } from './live/office.mjs';
import { OwnServer, createMerchant, freePort, skip as skipServer } from './live/own-server.mjs';
import { postgres, skip as skipPostgres } from './live/postgres.mjs';
import { STEP_CHANGED } from './recipes/documents.mjs';

const CHANGES = 30;

test('replicas', { skip: skipServer || skipPostgres || skipNginx, timeout: 120_000 }, async (t) => {
  const database = await postgres(t);
  const port = await freePort();
  // Both migrate, and both are told what browsers call them.
  const settings = { KYC_PUBLIC_URL: `http://127.0.0.1:${port}` };
  const replicas = await Promise.all([1, 2].map(() => OwnServer.start(t, database, settings)));
  const [one, other] = replicas;
  const url = await nginx(t, port, replicas.map((replica) => new URL(replica.url).port));
  const key = await createMerchant(database, 'acme');

  await t.test('a replica stops, another is killed, and nobody misses anything', async (t) => {
    const ask = asker(url, key);
    const office = new Office(patient(ask));
    const work = async (changes) => {
      for (let change = 0; change < changes; change += 1) await office.work();
    };
    const followers = [];
    for (const [name, follow] of Object.entries(clients)) {
      const follower = new Follower((...what) => follow(url, key, ...what));
      followers.push(Object.assign(follower, { name }));
      await Promise.all([follower.begin(ask), work(3)]);
      t.after(() => follower.stop());
    }
    for (const [replica, signal] of [[one, 'SIGTERM'], [other, 'SIGKILL']]) {
      await work(CHANGES);
      await Promise.all([replica.end(signal), work(CHANGES)]);
      await replica.start();
    }
    await work(CHANGES);

    const log = await activity(ask);
    const last = log.findLast(({ type }) => type === 'STEP_STATUS_CHANGED');
    for (const follower of followers) {
      await t.test(follower.name, async () => {
        await follower.reaches(last.cursor);
        follower.assertSawAll(log);
      });
    }
  });

  await t.test('a key that was revoked at one replica is out at the other within five seconds', async (t) => {
    const ask = asker(one.url, key);
    const { apiKeyCreate } = await ask(
      'mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret apiKey { id } userErrors { code } } }',
      { input: { name: 'Of a test', role: 'VIEWER' } },
    );
    const closed = [];
    const client = socket(other.url, apiKeyCreate.secret);
    client.on('closed', ({ code }) => closed.push(code));
    t.after(() => client.dispose());
    const { eventCursor } = await ask('{ eventCursor }');
    const ended = new Promise((resolve) => {
      const request = { query: STEP_CHANGED, variables: { after: eventCursor } };
      client.subscribe(request, { next() {}, error: resolve, complete: resolve });
    });
    await new Promise((connected) => client.on('connected', connected));
    const before = Date.now();
    const revoke = 'mutation ($input: ApiKeyRevokeInput!) { apiKeyRevoke(input: $input) { userErrors { code } } }';
    await ask(revoke, { input: { id: apiKeyCreate.apiKey.id } });
    await ended;
    assert.ok(Date.now() - before < 5000);
    assert.deepEqual(closed, [4401]);
  });
});

/** Sends a mutation again, with the same idempotency key, where the replica that had it has gone: it happens once. */
const patient = (ask) => async (query, { input }) => {
  const variables = { input: { ...input, idempotencyKey: randomUUID() } };
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask(query, variables);
    } catch (problem) {
      // An answer of the API is one, whatever it says; a page of the proxy's is not.
      if (problem instanceof assert.AssertionError || tries === 50) throw problem;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
};
