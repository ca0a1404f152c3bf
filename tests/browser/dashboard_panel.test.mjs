// The Compliance panel in a real browser: who may come in, what moves, and what is found again.
//   KYC_PROGRAM=…/kyc-stack node --test
import assert from 'node:assert/strict';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Desk, Office, PASSWORD } from './desk.mjs';
import { launch, skip as skipBrowser } from './phone.mjs';

const skip = skipServer || skipBrowser;
const KINDS = ['PAN', 'SELFIE'];

/** A step of an attempt. */
const stepOf = async (office, id, kind) => (await office.attempt(id)).steps.find((step) => step.kind === kind);

test('a member signs in, stays where he was going, and signs out', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const ravi = await office.member('REVIEWER', 'ravi');
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${office.url}/overview`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Enter your password.').waitFor();
  await page.getByLabel('Merchant').fill('acme');
  await page.getByLabel('Email').fill(ravi.email);
  await page.getByLabel('Password').fill('not this one at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('do not belong together').waitFor();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/overview');
  await page.getByRole('button', { name: 'Menu' }).click();
  assert.equal(await page.getByRole('link', { name: 'Settings' }).count(), 0);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  const status = await page.evaluate(async () =>
    (await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ viewer { name } }"}' })).status);
  assert.equal(status, 401);
});

test('a first password is set by its one-time link, once', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const query = 'mutation($input: MemberCreateInput!) { out: memberCreate(input: $input) { passwordUrl userErrors { message } } }';
  const { out } = await office.ask(query, { input: { email: 'gauri@acme.example', name: 'Gauri', role: 'AGENT' } });
  const page = await browser.newPage();
  await page.goto(out.passwordUrl);
  await page.getByLabel('New password').fill('short');
  await page.getByLabel('The same once more').fill('shorter');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('The two are not the same.').waitFor();
  await page.getByLabel('The same once more').fill('short');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('at least 12 characters; four unrelated words').waitFor();
  assert.equal(new URL(page.url()).hash, '', 'the token has left the address');
  for (const label of ['New password', 'The same once more']) await page.getByLabel(label).fill(PASSWORD);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Merchant').fill('acme');
  await page.getByLabel('Email').fill('gauri@acme.example');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'No attempts yet' }).or(page.getByText('No attempts yet')).waitFor();

  const again = await browser.newPage();
  await again.goto(out.passwordUrl);
  for (const label of ['New password', 'The same once more']) await again.getByLabel(label).fill('another four words here');
  await again.getByRole('button', { name: 'Set the password' }).click();
  await again.getByText(/ask an ADMIN|used|expired|not valid/i).first().waitFor();
});

test('what one moves the other sees, across a server that was away', { skip, timeout: 180_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const [meera, arjun] = [await office.link('Meera Nair', KINDS), await office.link('Arjun Rao', KINDS)];
  const [one, two] = [await Desk.take(t, browser, office, { role: 'VIEWER' }), await Desk.take(t, browser, office, { role: 'REVIEWER' })];
  for (const desk of [one, two]) await desk.row('Meera Nair').getByText('PAN: Not started').waitFor();
  await one.looks('panel');

  // One moves a step; the other sees it, where it stands.
  const pan = await stepOf(office, meera.attempt, 'PAN');
  const moved = await two.ask(
    'mutation($input: StepUpdateStatusInput!) { stepUpdateStatus(input: $input) { userErrors { message } } }',
    { input: { stepId: pan.id, status: 'COMPLETED' } },
  );
  assert.deepEqual(moved.data.stepUpdateStatus.userErrors, []);
  for (const desk of [one, two]) await desk.row('Meera Nair').getByText('PAN: Completed').waitFor();

  // Who comes is announced, and shifts nothing.
  const place = await one.row('Arjun Rao').boundingBox();
  await office.link('Kabir Das', KINDS);
  await one.page.getByRole('button', { name: /1 more attempt belongs here now/ }).waitFor();
  assert.deepEqual(await one.row('Arjun Rao').boundingBox(), place);
  await one.page.getByRole('button', { name: /1 more attempt/ }).click();
  await one.row('Kabir Das').waitFor();

  // The server dies; what happens before the page is back is there when it is.
  const selfie = await stepOf(office, arjun.attempt, 'SELFIE');
  await office.server.end('SIGKILL');
  await one.page.getByText('Reconnecting…').waitFor();
  // Nobody of them can listen yet: the pages wait longer and longer before they try.
  await office.server.start();
  await office.move(selfie.id, 'FAILED', 'IMAGE_BLURRED');
  for (const desk of [one, two]) {
    await desk.row('Arjun Rao').getByText('Selfie: Failed').waitFor({ timeout: 60_000 });
    await desk.page.getByText('Live', { exact: true }).waitFor();
  }
});

test('filters, search, order and pages are in the address, and names are in no request', { skip, timeout: 180_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const held = await office.link('Zoya Khan', KINDS);
  await office.ask('mutation($input: HoldPlaceInput!) { out: holdPlace(input: $input) { userErrors { message } } }', {
    input: { attemptId: held.attempt, reason: { code: 'UNDER_REVIEW' } },
  });
  for (let number = 1; number <= 30; number += 1) await office.link(`Person ${String(number).padStart(2, '0')}`, KINDS);
  const desk = await Desk.take(t, browser, office, { role: 'VIEWER' });
  const { page } = desk;
  await page.getByText('31 attempts').waitFor();
  await desk.row('Person 30').waitFor();
  assert.equal(await page.getByRole('row').count(), 26);

  await desk.button('Next').click();
  await desk.row('Zoya Khan').waitFor();
  const second = page.url();
  await page.goBack();
  await desk.row('Person 30').waitFor();
  await page.goForward();
  await desk.row('Zoya Khan').waitFor();
  await page.reload();
  await desk.row('Zoya Khan').waitFor();
  assert.equal(page.url(), second);

  await page.getByLabel('Search').fill('zoy');
  await page.getByText('1 attempt', { exact: true }).waitFor();
  await desk.row('Zoya Khan').getByText('On hold').waitFor();
  assert.match(new URL(page.url()).hash, /search=zoy/);
  await page.reload();
  await desk.row('Zoya Khan').waitFor();
  assert.equal(await page.getByRole('row').count(), 2);
  assert.ok(desk.asked.every((asked) => !/zoy/i.test(asked.split('#')[0])), 'a name was in an address that was asked for');

  await page.getByRole('button', { name: /^Reviewer’s queue/ }).click();
  await desk.row('Zoya Khan').waitFor();
  assert.equal(await page.getByRole('row').count(), 2);
  await page.getByRole('button', { name: /^Completed/ }).click();
  await page.getByText('No attempt is like this').waitFor();
  await desk.button('Show all attempts').click();
  await page.getByText('31 attempts').waitFor();

  await page.getByText('More filters').click();
  await page.getByLabel('Step', { exact: true }).selectOption('SELFIE');
  await page.getByLabel('Step status').selectOption('COMPLETED');
  await page.getByText('0 attempts').waitFor();
  await desk.button('Clear filters').click();
  await page.getByLabel('On hold').check();
  await page.getByText('1 attempt', { exact: true }).waitFor();
  desk.assertQuiet();
});

test('hostile names are texts, on a phone too', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const names = ['<img src=x onerror=alert(1)>', 'محمد الأمين', '🦊🔥 Fox', 'N'.repeat(200)];
  for (const name of names) await office.link(name, KINDS);
  for (const settings of [{ colorScheme: 'light' }, { colorScheme: 'dark', viewport: { width: 360, height: 740 }, hasTouch: true }]) {
    const desk = await Desk.take(t, browser, office, { role: 'AGENT', ...settings });
    for (const name of names) await desk.page.getByRole('link', { name, exact: true }).waitFor();
    await desk.looks(`panel-${settings.colorScheme}`);
    desk.assertQuiet();
  }
});

test('a slow API keeps the page usable', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  for (const name of ['Meera Nair', 'Arjun Rao']) await office.link(name, KINDS);
  const desk = await Desk.take(t, browser, office, { role: 'VIEWER' });
  const { page } = desk;
  await desk.row('Meera Nair').waitFor();
  // Every answer waits until it is let go.
  const held = [];
  await page.route('**/graphql', (route) => held.push(route));
  await page.getByLabel('Search').fill('ar');
  await page.waitForFunction(() => location.hash.includes('search=ar'));
  await page.getByLabel('Search').fill('arj');
  await page.waitForFunction(() => location.hash.includes('search=arj'));
  // What was there is still there to be read.
  assert.ok(await desk.row('Meera Nair').isVisible());
  await page.getByRole('link', { name: 'Overview' }).click();
  await desk.heading('Overview').waitFor();
  await page.getByText(/^Loading/).waitFor();
  await page.goBack();
  // The answers to what nobody looks at any more come last, and are not shown.
  await page.unroute('**/graphql');
  for (const route of held.reverse()) await route.continue().catch(() => undefined);
  await desk.row('Arjun Rao').waitFor();
  assert.equal(await page.getByRole('row').count(), 2);
  assert.equal(await page.getByLabel('Search').inputValue(), 'arj');

  // No answer at all: it says so, and what to do.
  await page.route('**/graphql', (route) => route.abort());
  await page.getByLabel('Search').fill('meera');
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  await page.unroute('**/graphql');
  await desk.button('Try again').click();
  await desk.row('Meera Nair').waitFor();
});
