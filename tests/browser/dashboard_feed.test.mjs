// What the dashboard hears, in a real browser: nothing lost between an answer and the feed, nothing announced that is not so, and a
// session that becomes another one.
//   KYC_PROGRAM=…/kyc-stack node --test
import assert from 'node:assert/strict';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Desk, Office, PASSWORD } from './desk.mjs';
import { launch, skip as skipBrowser } from './phone.mjs';

const skip = skipServer || skipBrowser;
const KINDS = ['PAN', 'SELFIE'];

/** Completes a step of an attempt, as a reviewer does. */
async function complete(office, id, kind) {
  const step = (await office.attempt(id)).steps.find((one) => one.kind === kind);
  await office.move(step.id, 'COMPLETED', 'UNDER_REVIEW');
}

/** Signs somebody in in the browser of a desk, beside the page. */
const signIn = (desk, member) => desk.page.evaluate(async ([email, password]) => {
  const body = JSON.stringify({ merchant: 'acme', email, password });
  return (await fetch('/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status;
}, [member.email, PASSWORD]);

/** A promise, and what keeps it. */
function gate() {
  const made = {};
  made.promise = new Promise((open) => {
    made.open = open;
  });
  return made;
}

const live = (desk) => desk.page.getByText('Live', { exact: true }).waitFor();

test('what moves while an answer is on its way is not lost', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const [meera] = [await office.link('Meera Nair', KINDS), await office.link('Arjun Rao', KINDS)];
  const desk = await Desk.take(t, browser, office, { role: 'VIEWER' });
  const { page } = desk;
  await desk.row('Arjun Rao').waitFor();
  await page.getByLabel('Search').fill('arjun');
  await page.getByText('1 attempt', { exact: true }).waitFor();

  // The answer is made, and comes late: what happens meanwhile comes first, and about a row that is not shown yet.
  const [made, letGo] = [gate(), gate()];
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData().includes('pageInfo')) return route.continue();
    const response = await route.fetch();
    made.open();
    await letGo.promise;
    return route.fulfill({ response });
  });
  await page.getByLabel('Search').fill('meera');
  await made.promise;
  const heard = page.waitForResponse((response) => response.request().postData()?.includes('REVIEWER'));
  await complete(office, meera.attempt, 'PAN');
  // The tabs count anew when the event is heard.
  await heard;
  letGo.open();
  await desk.row('Meera Nair').getByText('PAN: Completed').waitFor();
});

test('an attempt of another page is not announced on this one', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const links = [];
  for (let number = 1; number <= 26; number += 1) links.push(await office.link(`Person ${String(number).padStart(2, '0')}`, KINDS));
  const desk = await Desk.take(t, browser, office, { role: 'VIEWER' });
  const { page } = desk;
  await desk.row('Person 26').waitFor();
  await live(desk);
  // The oldest is on the second page; the one after it tells when both are heard.
  await complete(office, links[0].attempt, 'PAN');
  await complete(office, links[1].attempt, 'PAN');
  await desk.row('Person 02').getByText('PAN: Completed').waitFor();
  assert.equal(await page.getByRole('button', { name: /more attempt/ }).count(), 0);
  await office.link('Kabir Das', KINDS);
  await page.getByRole('button', { name: /^1 more attempt belongs here now/ }).click();
  await desk.row('Kabir Das').waitFor();
  assert.equal(await desk.row('Person 02').count(), 0);

  // By the last change, the very same move belongs on the first page.
  await page.getByLabel('Order').selectOption({ label: 'Last changed first' });
  await desk.row('Person 02').waitFor();
  assert.equal(await desk.row('Person 03').count(), 0);
  await complete(office, links[2].attempt, 'PAN');
  await page.getByRole('button', { name: /^1 more attempt belongs here now/ }).click();
  await desk.row('Person 03').getByText('PAN: Completed').waitFor();
});

test('no count of something else stands beside a failure', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  await office.link('Meera Nair', KINDS);
  const desk = await Desk.take(t, browser, office, { role: 'VIEWER' });
  const { page } = desk;
  await page.getByText('1 attempt', { exact: true }).waitFor();
  await page.route('**/graphql', (route) => route.abort());
  await page.getByLabel('Search').fill('nobody');
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  assert.equal(await page.getByText('1 attempt', { exact: true }).count(), 0);
  await page.unroute('**/graphql');
  await desk.button('Try again').click();
  await page.getByText('0 attempts').waitFor();
});

test('a session that becomes another one: the feed goes on, and nothing of somebody else stays', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const meera = await office.link('Meera Nair', KINDS);
  const desk = await Desk.take(t, browser, office, { role: 'ADMIN', path: '/links/new' });
  const { page } = desk;
  await live(desk);
  await page.getByLabel('Find the customer').fill('typed by the admin');

  // The same member, signed in once more in another tab: this page's session is over, and a new one is there.
  assert.equal(await signIn(desk, desk.member), 200);
  await page.getByRole('link', { name: 'Compliance' }).first().click();
  await live(desk);
  await complete(office, meera.attempt, 'PAN');
  await desk.row('Meera Nair').getByText('PAN: Completed').waitFor();

  // Somebody else, in the same browser.
  await page.evaluate(() => {
    globalThis.isTheSamePage = true;
  });
  const gauri = await office.member('AGENT', 'gauri');
  assert.equal(await signIn(desk, gauri), 200);
  await page.getByText('gauri', { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => globalThis.isTheSamePage), undefined, 'the memory of the one before is still there');
  await live(desk);
  await complete(office, meera.attempt, 'SELFIE');
  await desk.row('Meera Nair').getByText('Selfie: Completed').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Settings' }).count(), 0);
  // The page hears that its session is over before the browser has the cookie of the next one, and may ask once in between.
  desk.assertQuiet(/status of 401/);
});

test('signing out leaves nothing in the address, in this tab and in the others', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  await office.link('Meera Nair', KINDS);
  const desk = await Desk.take(t, browser, office, { role: 'VIEWER' });
  await live(desk);
  const other = desk.page;
  await desk.tab('/#search=meera');
  const { page } = desk;
  await desk.row('Meera Nair').waitFor();

  await page.route('**/session', (route) => route.abort());
  await desk.button('Sign out').click();
  await page.getByRole('alert').getByText('You are still signed in').waitFor();
  await page.unroute('**/session');
  await desk.button('Sign out').click();
  for (const one of [page, other]) await one.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  assert.equal(page.url(), `${office.url}/`);
  await other.getByText('Your session is over.').waitFor();
  for (const one of [page, other]) assert.equal(await one.getByText('Meera').count(), 0);
});

test('a dialog that has to stay stays, whoever presses Escape, and says what came of it', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const meera = await office.link('Meera Nair', KINDS);
  const desk = await Desk.take(t, browser, office, { role: 'AGENT', path: `/attempts/${meera.attempt}` });
  const { page } = desk;
  await desk.button('Resend link').click();
  const letGo = gate();
  await page.route('**/graphql', async (route) => {
    if (route.request().postData().includes('kycLinkResend')) await letGo.promise;
    return route.continue();
  });
  const dialog = page.getByRole('dialog');
  await desk.button('Make a new link', dialog).click();
  // Browsers ask the page at the first, and not at the second.
  for (let press = 0; press < 3; press += 1) await page.keyboard.press('Escape');
  letGo.open();
  await dialog.getByRole('textbox', { name: 'KYC link' }).waitFor();
  // The rest of the page is silent while a dialog is open.
  await dialog.getByRole('status').getByText('A new link is made.').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.ok(await desk.button('Resend link').evaluate((button) => button === document.activeElement));
});

test('oldest first, what comes while the events are on their way stands last', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const meera = await office.link('Meera Nair', KINDS);
  const desk = await Desk.take(t, browser, office, { role: 'VIEWER', path: `/attempts/${meera.attempt}` });
  const { page } = desk;
  const events = page.getByRole('region', { name: 'KYC Tracker' }).getByRole('listitem');
  await events.getByText('Attempt created').waitFor();
  await live(desk);
  const [made, letGo] = [gate(), gate()];
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData().includes('tracker(first')) return route.continue();
    const response = await route.fetch();
    made.open();
    await letGo.promise;
    return route.fulfill({ response });
  });
  await page.getByLabel('Order').selectOption({ label: 'Oldest first' });
  await made.promise;
  await complete(office, meera.attempt, 'PAN');
  // The page asks for the attempt anew when it has heard of it.
  await page.getByText('1 of 2 completed').waitFor();
  letGo.open();
  await events.getByText('PAN: not started → completed').waitFor();
  const told = await events.locator('.what').allInnerTexts();
  assert.equal(told[0], 'Attempt created');
  assert.ok(told.indexOf('PAN: not started → completed') > told.indexOf('Link generated'), told.join(', '));
  assert.equal(new Set(told).size, told.length, told.join(', '));
});

test('who comes back to the list is where they were, and the focus is never left to nobody', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  for (let number = 1; number <= 26; number += 1) await office.link(`Person ${String(number).padStart(2, '0')}`, KINDS);
  const desk = await Desk.take(t, browser, office, { role: 'VIEWER', viewport: { width: 360, height: 740 } });
  const { page } = desk;
  const link = page.getByRole('link', { name: 'Person 10' });
  await link.scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => scrollY);
  assert.ok(before > 500, `${before}`);
  await link.click();
  await desk.heading('Person 10').waitFor();
  await page.waitForFunction(() => scrollY === 0);
  await page.goBack();
  await link.waitFor();
  await page.waitForFunction((before) => Math.abs(scrollY - before) < 200, before);

  await desk.button('Next').click();
  await desk.row('Person 01').waitFor();
  await page.getByLabel('Search').fill('nobody');
  await desk.button('Show all attempts').click();
  await desk.row('Person 26').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  await page.getByLabel('Search').fill('person 2');
  await desk.button('Clear filters').click();
  assert.ok(await page.getByLabel('Search').evaluate((field) => field === document.activeElement));
});
