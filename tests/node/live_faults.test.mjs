// README.md's recipes for live updates where something else than the network fails: what is asked, who asks, who handles. What
// cannot pass by itself ends a subscription, and says so; nothing ends the others on its socket.
import assert from 'node:assert/strict';
import test from 'node:test';

import { clients, socket } from './live/clients.mjs';
import { CuttingProxy } from './live/cutting.mjs';
import { Office, activity, asker } from './live/office.mjs';
import { OwnServer, createMerchant, freshDatabase, skip } from './live/own-server.mjs';
import { STEP_CHANGED } from './recipes/documents.mjs';

const KEY_CREATE = `mutation ($input: ApiKeyCreateInput!) {
  apiKeyCreate(input: $input) { secret apiKey { id } userErrors { code message } }
}`;
const KEY_REVOKE = `mutation ($input: ApiKeyRevokeInput!) { apiKeyRevoke(input: $input) { userErrors { code message } } }`;

/** A promise, and what settles it. */
function deferred() {
  let settle;
  const promise = new Promise((resolve, reject) => (settle = { resolve, reject }));
  // A subscription completes when its test ends it, and then nobody waits any more.
  promise.catch(() => {});
  return Object.assign(promise, settle);
}

/** Until a condition holds, or something that must not fail has failed. */
async function until(condition, ...failed) {
  while (!condition()) await Promise.race([new Promise((done) => setTimeout(done, 10)), ...failed]);
}

/** Long enough for any of the clients to have tried again, if they do. */
const severalTries = () => new Promise((done) => setTimeout(done, 250));

/** What an error that a client shows says, in whichever of their forms. */
const text = (problem) =>
  [problem, problem?.cause, problem?.networkError, ...(problem?.errors ?? []), ...(problem?.graphQLErrors ?? [])]
    .concat(Array.isArray(problem) ? problem : [])
    .map((part) => `${part?.message} ${part?.code} ${part?.reason} ${JSON.stringify(part?.extensions)}`)
    .join('\n');

test('faults', { skip, timeout: 120_000 }, async (t) => {
  const database = await freshDatabase(t);
  const server = await OwnServer.start(t, database);
  const key = await createMerchant(database, 'acme');
  const ask = asker(server.url, key);
  const office = new Office(ask);

  const cursor = async () => (await ask('{ eventCursor }')).eventCursor;
  /** Moves all steps of a new customer: five events. */
  async function fiveChanges() {
    const { steps } = await office.invite();
    for (const { id } of steps) await office.move(id, 'COMPLETED');
  }
  async function newKey(role) {
    const { apiKeyCreate } = await ask(KEY_CREATE, { input: { name: 'Of a test', role } });
    return { secret: apiKeyCreate.secret, revoke: () => ask(KEY_REVOKE, { input: { id: apiKeyCreate.apiKey.id } }) };
  }

  for (const [name, follow] of Object.entries(clients)) {
    await t.test(`${name}: an event whose handling failed is not lost`, async (t) => {
      const from = await cursor();
      const seen = [];
      const failed = deferred();
      const full = new Error('the disk is full');
      const failing = (change) => {
        if (seen.length === 2) throw full;
        seen.push(change);
      };
      t.after(follow(server.url, key, from, failing, failed.resolve));
      await fiveChanges();
      assert.match(text(await failed), /the disk is full/);
      assert.equal(seen.length, 2, 'nothing is handled after the failure');

      const failedAgain = deferred();
      const handled = (change) => seen.push(change);
      t.after(follow(server.url, key, seen.at(-1).cursor, handled, failedAgain.reject));
      await until(() => seen.length === 5, failedAgain);
      const log = await activity(ask, ['STEP_STATUS_CHANGED']);
      assert.deepEqual(seen.map((change) => change.cursor), log.slice(-5).map((event) => event.cursor));
    });

    await t.test(`${name}: a cursor of another log is refused, once`, async (t) => {
      const stranger = await createMerchant(database, `other-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`);
      const foreign = (await asker(server.url, stranger)('{ eventCursor }')).eventCursor;
      const failures = [];
      t.after(follow(server.url, key, foreign, assert.fail, (problem) => failures.push(problem)));
      await until(() => failures.length > 0);
      assert.match(text(failures[0]), /CURSOR_INVALID/);
      await severalTries();
      assert.equal(failures.length, 1);
    });

    await t.test(`${name}: a revoked key ends it within five seconds, for good`, async (t) => {
      const { secret, revoke } = await newKey('VIEWER');
      const proxy = await CuttingProxy.start(t, new URL(server.url).port, 1);
      const seen = [];
      const failed = deferred();
      const handle = (change) => seen.push(change);
      t.after(follow(`http://127.0.0.1:${proxy.port}`, secret, await cursor(), handle, failed.resolve));
      await fiveChanges();
      await until(() => seen.length === 5);
      const before = Date.now();
      await revoke();
      assert.match(text(await failed), /4401|UNAUTHENTICATED/);
      assert.ok(Date.now() - before < 5000);
      await severalTries();
      assert.equal(proxy.connections, 1, 'it does not come back');
    });
  }

  await t.test('a key that never was valid is told so', async (t) => {
    for (const [name, follow] of Object.entries(clients)) {
      // An EventSource does not see what it was answered.
      if (name === 'EventSource') continue;
      await t.test(name, async (t) => {
        const failed = deferred();
        t.after(follow(server.url, 'kyc_test_nobody', await cursor(), assert.fail, failed.resolve));
        assert.match(text(await failed), /4403|401|UNAUTHENTICATED/);
      });
    }
  });

  await t.test('graphql-ws: what is wrong with one subscription leaves the others of its socket alone', async (t) => {
    const closed = [];
    let opened = 0;
    const client = socket(server.url, key);
    client.on('opened', () => (opened += 1));
    client.on('closed', ({ code }) => closed.push(code));
    t.after(() => client.dispose());
    const seen = [];
    const failed = deferred();
    client.subscribe(
      { query: STEP_CHANGED, variables: { after: await cursor() } },
      { next: ({ data }) => seen.push(data.stepChanged), error: failed.reject, complete: failed.reject },
    );
    for (const [query, message] of [
      ['subscription { stepChanged { cursor nonsense } }', /nonsense/],
      ['subscription { stepChanged {', /./],
      ['subscription { stepChanged(attemptId: "attempt_x") { cursor } }', /attemptId/],
      ['subscription { stepChanged(after: "x") { cursor } }', /after/],
    ]) {
      const refused = deferred();
      client.subscribe({ query }, { next: refused.reject, error: refused.resolve, complete: refused.reject });
      const errors = await refused;
      assert.ok(Array.isArray(errors), `a list of GraphQL errors: ${errors}`);
      assert.match(errors[0].message, message);
    }
    await fiveChanges();
    await until(() => seen.length === 5, failed);
    assert.deepEqual({ opened, closed }, { opened: 1, closed: [] });
  });

  await t.test('graphql-ws: one attempt, as its tracker has it', async (t) => {
    const proxy = await CuttingProxy.start(t, new URL(server.url).port, 2);
    const client = socket(`http://127.0.0.1:${proxy.port}`, key);
    t.after(() => client.dispose());
    const after = await cursor();
    const attempt = await office.invite();
    const seen = [];
    const failed = deferred();
    const query = `subscription ($attempt: ID!, $after: EventCursor) {
      trackerEvent(attemptId: $attempt, after: $after) { cursor type }
    }`;
    client.subscribe(
      { query, variables: { attempt: attempt.id, after } },
      { next: ({ data }) => seen.push(data.trackerEvent), error: failed.reject, complete: failed.reject },
    );
    for (const status of ['IN_PROGRESS', 'REQUIRES_ACTION', 'COMPLETED']) {
      for (const { id } of attempt.steps) {
        proxy.arm(600);
        await office.move(id, status);
        // Another customer's, in between.
        await office.work();
      }
    }
    const tracker = `query ($id: ID!) {
      attempt(id: $id) { state tracker(first: 100) { nodes { cursor type } pageInfo { hasNextPage } } }
    }`;
    const { state, tracker: page } = (await ask(tracker, { id: attempt.id })).attempt;
    assert.deepEqual({ state, more: page.pageInfo.hasNextPage }, { state: 'COMPLETED', more: false });
    await until(() => seen.at(-1)?.cursor === page.nodes.at(-1).cursor, failed);
    assert.deepEqual(seen, page.nodes);
    assert.ok(proxy.cuts >= 3, `${proxy.cuts} cuts`);
  });

  await t.test('graphql-ws: a connection that dies without a word is noticed', async (t) => {
    const proxy = await CuttingProxy.start(t, new URL(server.url).port, 3);
    const client = socket(`http://127.0.0.1:${proxy.port}`, key, { silence: 200 });
    t.after(() => client.dispose());
    const seen = [];
    const failed = deferred();
    client.subscribe(
      { query: STEP_CHANGED, variables: { after: await cursor() } },
      { next: ({ data }) => seen.push(data.stepChanged), error: failed.reject, complete: failed.reject },
    );
    await fiveChanges();
    await until(() => seen.length === 5, failed);
    proxy.freeze();
    await fiveChanges();
    await until(() => seen.length === 10, failed);
    assert.equal(proxy.connections, 2);
    const log = await activity(ask, ['STEP_STATUS_CHANGED']);
    assert.deepEqual(seen.map((change) => change.cursor), log.slice(-10).map((event) => event.cursor));
  });

  await t.test('graphql-ws: a server that restarts says so, and one that is killed does not', async (t) => {
    const closed = [];
    const client = socket(server.url, key);
    client.on('closed', ({ code }) => closed.push(code));
    t.after(() => client.dispose());
    const seen = [];
    const failed = deferred();
    client.subscribe(
      { query: STEP_CHANGED, variables: { after: await cursor() } },
      { next: ({ data }) => seen.push(data.stepChanged), error: failed.reject, complete: failed.reject },
    );
    await fiveChanges();
    await until(() => seen.length === 5, failed);
    for (const [signal, expected] of [['SIGTERM', 10], ['SIGKILL', 15]]) {
      await server.end(signal);
      await server.start();
      await fiveChanges();
      await until(() => seen.length === expected, failed);
    }
    // In between, nobody listened: that is 1006, too.
    assert.equal(closed[0], 1012);
    assert.ok(closed.length >= 2 && closed.slice(1).every((code) => code === 1006), `${closed}`);
    const log = await activity(ask, ['STEP_STATUS_CHANGED']);
    assert.deepEqual(seen.map((change) => change.cursor), log.slice(-15).map((event) => event.cursor));
  });
});
