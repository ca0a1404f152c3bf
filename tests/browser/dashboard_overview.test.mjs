// The overview in a real browser: its numbers are the API's, its days the merchant's, and it moves.
//   KYC_PROGRAM=…/kyc-stack node --test
import assert from 'node:assert/strict';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Desk, Office } from './desk.mjs';
import { launch, skip as skipBrowser } from './phone.mjs';

const skip = skipServer || skipBrowser;
const KINDS = ['PAN', 'SELFIE'];
const STATES = { CREATED: 'Created', IN_PROGRESS: 'In progress', COMPLETED: 'Completed', REJECTED: 'Rejected', EXPIRED: 'Expired' };

const SUMMARY = `query ($from: Date!, $to: Date!, $timeZone: String) { summary(from: $from, to: $to, timeZone: $timeZone) {
  attemptsByState { state count } funnel { kind reached completed failed dropped notStarted }
  medianSecondsToComplete oldestWaitingOnReviewer { id customer { name } } } }`;

const stepOf = async (office, id, kind) => (await office.attempt(id)).steps.find((step) => step.kind === kind).id;

/** The first number of a text. */
const number = (text) => Number(text.match(/\d[\d,]*/)[0].replaceAll(',', ''));

/** What the page shows of every state. */
async function tiles(page) {
  const shown = {};
  for (const [state, name] of Object.entries(STATES)) {
    const text = await page.getByRole('list', { name: 'Attempts by state' }).getByRole('link', { name: new RegExp(`^${name}`) }).innerText();
    shown[state] = number(text);
  }
  return shown;
}

test('the overview shows what the summary says, and moves', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  await office.ask('mutation($input: MerchantUpdateInput!) { out: merchantUpdate(input: $input) { userErrors { message } } }', { input: { timeZone: 'Pacific/Auckland' } });

  const desk = await Desk.take(t, browser, office, { role: 'VIEWER', path: '/overview' });
  const { page } = desk;
  await page.getByText('No attempts were created on these days').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Generate a KYC link' }).count(), 0, 'a viewer makes no links');
  await desk.looks('overview-empty');

  const [meera, arjun] = [await office.link('Meera Nair', KINDS), await office.link('Arjun Rao', KINDS)];
  const third = await office.link('Zoya Khan', KINDS);
  await office.link('Kabir Das', KINDS);
  for (const kind of KINDS) await office.move(await stepOf(office, meera.attempt, kind), 'COMPLETED', 'UNDER_REVIEW');
  await office.move(await stepOf(office, arjun.attempt, 'PAN'), 'REQUIRES_ACTION', 'UNDER_REVIEW');
  await office.move(await stepOf(office, third.attempt, 'PAN'), 'FAILED', 'PAN_NOT_FOUND');
  await office.reject(third.attempt);

  // Nobody touches the page.
  await page.getByRole('list', { name: 'Attempts by state' }).getByRole('link', { name: /^All attempts\s*4/ }).waitFor();
  await page.getByRole('link', { name: /^Rejected\s*1/ }).waitFor();
  const [from, to] = [await page.getByLabel('From').inputValue(), await page.getByLabel('To').inputValue()];
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Auckland', year: 'numeric', month: '2-digit', day: '2-digit' }).format(Date.now());
  assert.equal(to, today, 'today is the merchant’s');
  const { summary } = await office.ask(SUMMARY, { from, to, timeZone: 'Pacific/Auckland' });
  assert.deepEqual(await tiles(page), Object.fromEntries(summary.attemptsByState.map(({ state, count }) => [state, count])));

  const rows = page.getByRole('table').filter({ hasText: 'Median time' }).getByRole('row');
  for (const [kind, name] of [['PAN', /^PAN/], ['SELFIE', /^Selfie/]]) {
    const cells = await rows.filter({ has: page.getByRole('rowheader', { name }) }).getByRole('cell').allInnerTexts();
    const { reached, completed, failed, dropped } = summary.funnel.find((one) => one.kind === kind);
    assert.deepEqual(cells.slice(0, 4).map(number), [reached, completed, failed, dropped], kind);
  }
  assert.equal(await rows.count(), 3, 'a kind that no attempt has is left out');

  // Its days by keyboard, in words.
  const days = page.getByRole('slider', { name: 'Day' });
  await days.focus();
  await page.keyboard.press('End');
  assert.match(await days.getAttribute('aria-valuetext'), /4 attempts: 1 completed, 1 rejected, 1 in progress, 1 created/);
  await page.getByText('4 attempts: 1 completed, 1 rejected, 1 in progress, 1 created').waitFor();
  await page.keyboard.press('ArrowLeft');
  await page.getByText('No attempts', { exact: true }).waitFor();
  await page.getByText('The numbers as a table').click();
  const last = page.getByRole('region', { name: 'The numbers as a table' }).getByRole('row').last();
  assert.deepEqual(await last.getByRole('cell').allInnerTexts(), ['1', '1', '0', '1', '1', '4']);
  await desk.looks('overview');

  await page.getByRole('link', { name: 'Arjun Rao' }).click();
  await page.waitForURL(`**/attempts/${summary.oldestWaitingOnReviewer.id}`);
  assert.equal(summary.oldestWaitingOnReviewer.id, arjun.attempt);
  await page.goBack();
  await page.getByRole('link', { name: /^Rejected\s*1/ }).click();
  await desk.row('Zoya Khan').waitFor();
  assert.equal(await page.getByRole('row').count(), 2);
  desk.assertQuiet();
});

test('the days are in the address, and what cannot be asked for is said', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  await office.link('Meera Nair', KINDS);
  const desk = await Desk.take(t, browser, office, { role: 'AGENT', path: '/overview#range=90', viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: 'dark' });
  const { page } = desk;
  const pressed = (name) => page.getByRole('button', { name, pressed: true }).waitFor();
  await pressed('Last 90 days');
  await page.getByRole('heading', { name: 'Attempts by state, by week' }).waitFor();
  await desk.looks('overview-360');
  await desk.button('Last 7 days').click();
  await page.getByRole('heading', { name: 'Attempts by state, by day' }).waitFor();
  assert.equal(new URL(page.url()).hash, '#range=7');
  await desk.button('Last month').click();
  await page.getByText('No attempts were created on these days').waitFor();
  await page.getByRole('link', { name: 'Generate a KYC link' }).waitFor();
  await page.goBack();
  await pressed('Last 7 days');

  const [from, to] = [await page.getByLabel('From').inputValue(), await page.getByLabel('To').inputValue()];
  const asked = desk.asked.length;
  await page.getByLabel('From').fill('2020-01-01');
  await page.getByText(/can be asked for at once/).waitFor();
  assert.equal(await page.getByLabel('To').getAttribute('aria-invalid'), 'true');
  await page.getByLabel('From').fill(to);
  await page.getByLabel('To').fill(from);
  await page.getByText('This is before From.').waitFor();
  await page.getByLabel('To').fill(to);
  await page.getByRole('link', { name: /^All attempts\s*1/ }).waitFor();
  assert.equal(new URL(page.url()).hash, `#from=${to}&to=${to}`);
  assert.ok(desk.asked.length > asked);
  await page.reload();
  await page.getByRole('link', { name: /^All attempts\s*1/ }).waitFor();
  assert.equal(await page.getByLabel('From').inputValue(), to);
  desk.assertQuiet();
});
