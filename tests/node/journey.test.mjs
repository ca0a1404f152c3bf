// A customer's journey, followed by real clients over both transports from a real server: what changes is told, and nobody is told
// anything any more once their session is over.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Customer } from './live/customer.mjs';
import { asker } from './live/office.mjs';
import { OwnServer, createMerchant, freshDatabase, skip } from './live/own-server.mjs';

const GENERATE = `mutation ($input: KycLinkGenerateInput!) {
  out: kycLinkGenerate(input: $input) { url attempt { id steps { id } } userErrors { message } } }`;

/** How a session may end: by what, and what the clients hear of it. */
const ENDS = {
  'a newer browser opens the link': ({ url, link }) => Customer.open(url, link, 'another-browser'),
  'the link is withdrawn': ({ ask, attempt }) =>
    ask('mutation ($id: ID!) { out: kycLinkRevoke(input: { attemptId: $id }) { userErrors { message } } }', { id: attempt }),
  'a newer link is sent': ({ ask, attempt }) =>
    ask('mutation ($id: ID!) { out: kycLinkResend(input: { attemptId: $id }) { userErrors { message } } }', { id: attempt }),
};

const status = (journey, kind) => journey.steps.find((step) => step.kind === kind).status;

test('a journey is followed', { skip, timeout: 120_000 }, async (t) => {
  const database = await freshDatabase(t);
  const key = await createMerchant(database, 'acme');
  const { url } = await OwnServer.start(t, database);
  const ask = asker(url, key);
  const generate = async (steps) => {
    const { out } = await ask(GENERATE, { input: { customer: { name: 'Asha Rao' }, steps, validityHours: 24 } });
    return { url, ask, link: out.url, attempt: out.attempt.id, steps: out.attempt.steps };
  };
  const follow = (t, customer) => {
    const all = { WebSocket: customer.byWebSocket(), 'an event stream': customer.byEvents() };
    t.after(() => Object.values(all).forEach((one) => one.stop()));
    return all;
  };

  await t.test('all of it is told to both transports, and nothing twice', async (t) => {
    const made = await generate(['PAN', 'SELFIE']);
    const customer = await Customer.open(url, made.link, 'phone');
    const both = Object.values(follow(t, customer));
    const all = (is) => Promise.all(both.map((one) => one.sees(is)));
    for (const first of await all(() => true)) assert.deepEqual([first.consentedAt, status(first, 'PAN')], [null, 'NOT_STARTED']);
    await customer.consent();
    await all(({ consentedAt }) => consentedAt !== null);
    await customer.pan('ABCPE0002F');
    await all((journey) => status(journey, 'PAN') === 'FAILED');
    await customer.pan('ABCPE0001F');
    await all((journey) => status(journey, 'PAN') === 'COMPLETED');
    // What the customer does not see is not told: a note of the team's.
    await ask(`mutation ($input: HoldPlaceInput!) { out: holdPlace(input: $input) { userErrors { message } } }`, {
      input: { attemptId: made.attempt, reason: { code: 'UNDER_REVIEW', staffNote: 'for the team alone' } },
    });
    await ask('mutation ($id: ID!) { out: attemptReject(input: { attemptId: $id, reason: { code: "CUSTOMER_WITHDREW" } }) { userErrors { message } } }', { id: made.attempt });
    await all(({ state }) => state === 'REJECTED');
    for (const { journeys } of both) {
      const texts = journeys.map((journey) => JSON.stringify(journey));
      assert.deepEqual(texts.filter((text, at) => text === texts[at - 1]), []);
      assert.ok(!texts.join().includes('team alone'));
    }
  });

  for (const [how, end] of Object.entries(ENDS)) {
    await t.test(`${how}: whoever follows by the older session is told so`, async (t) => {
      const made = await generate(['PAN']);
      const customer = await Customer.open(url, made.link, 'phone');
      const both = follow(t, customer);
      for (const one of Object.values(both)) await one.sees(() => true);
      await end(made);
      const ends = await Promise.all(Object.values(both).map((one) => one.end));
      assert.deepEqual(ends, [4401, 'UNAUTHENTICATED']);
    });
  }
});
