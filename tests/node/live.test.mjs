// README.md's recipes for live updates, as they stand there, against a network that breaks: connections are cut in mid-frame,
// the server is stopped and killed, and every client has seen every event once, in order.
import assert from 'node:assert/strict';
import test from 'node:test';

import { clients, socket } from './live/clients.mjs';
import { CuttingProxy, dice } from './live/cutting.mjs';
import { Follower } from './live/follower.mjs';
import { Office, activity, asker, stepsOf } from './live/office.mjs';
import { OwnServer, createMerchant, freshDatabase, skip } from './live/own-server.mjs';

// Changes between two restarts, and cuts of each client.
const CHANGES = 60;
const CUTS = 5;

test('a snapshot, then every event once, whatever breaks', { skip, timeout: 120_000 }, async (t) => {
  const database = await freshDatabase(t);
  const server = await OwnServer.start(t, database);
  const key = await createMerchant(database, 'acme');
  const ask = asker(server.url, key);
  const office = new Office(ask);
  const roll = dice(7);

  const followers = [];
  for (const [name, follow] of Object.entries(clients)) {
    const proxy = await CuttingProxy.start(t, new URL(server.url).port, followers.length);
    const url = `http://127.0.0.1:${proxy.port}`;
    const follower = new Follower((...what) => follow(url, key, ...what));
    followers.push(Object.assign(follower, { name, proxy }));
  }

  async function work(changes) {
    for (let change = 0; change < changes; change += 1) {
      await office.work();
      const { proxy } = followers[roll(followers.length)];
      proxy.arm(2000);
    }
  }

  // Each begins while things change.
  await work(8);
  for (const follower of followers) {
    await Promise.all([follower.begin(ask), work(4)]);
    t.after(() => follower.stop?.());
  }

  for (const signal of ['SIGTERM', 'SIGKILL']) {
    await work(CHANGES);
    await server.end(signal);
    await server.start();
  }
  // Until each has been cut often enough.
  while (followers.some(({ proxy }) => proxy.cuts < CUTS)) await work(CHANGES);

  const log = await activity(ask);
  const last = log.findLast(({ type }) => type === 'STEP_STATUS_CHANGED');
  const steps = await stepsOf(ask);
  for (const follower of followers) {
    await t.test(follower.name, async () => {
      await follower.reaches(last.cursor);
      follower.stop();
      follower.assertSawAll(log);
      follower.assertKnows(steps);
      assert.ok(follower.cursors.length > CHANGES, `${follower.cursors.length} events are hardly a test`);
    });
  }
});
