// The whole way, with nothing but browsers: an agent makes a link, the customer walks it on a phone, a reviewer looks on, and an admin
// reads it back from the report.
//   KYC_PROGRAM=…/kyc-stack node --test dashboard_whole.test.mjs
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Desk, Office } from './desk.mjs';
import { Phone, launch, skip as skipBrowser } from './phone.mjs';
import { texts } from './texts.mjs';

const skip = skipServer || skipBrowser;

test('a link is made, walked, watched, decided and reported', { skip, timeout: 240_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const say = await texts('en');
  await office.ask('mutation($input: MerchantUpdateInput!) { out: merchantUpdate(input: $input) { userErrors { message } } }', {
    input: { journey: ['PAN', 'BANK_PENNY_DROP'] },
  });
  const [agent, reviewer, admin] = [
    await Desk.take(t, browser, office, { role: 'AGENT' }),
    await Desk.take(t, browser, office, { role: 'REVIEWER' }),
    await Desk.take(t, browser, office, { role: 'ADMIN', path: '/report' }),
  ];

  // The agent's desk.
  await agent.page.getByRole('link', { name: 'Generate a KYC link' }).first().click();
  await agent.page.getByText('A new customer').click();
  await agent.page.getByLabel('Name', { exact: true }).fill('Kavya Menon');
  await agent.button('Continue').click();
  await agent.button('Continue').click();
  await agent.button('Generate the link').click();
  const url = await agent.page.getByRole('textbox', { name: 'KYC link' }).inputValue();

  // The reviewer, elsewhere, is told of it, and opens its tracker.
  await reviewer.page.getByRole('button', { name: /1 more attempt/ }).click();
  await reviewer.row('Kavya Menon').getByRole('link').click();
  await reviewer.heading('Kavya Menon').waitFor();
  const attempt = new URL(reviewer.page.url()).pathname.split('/').pop();
  const tracker = reviewer.page.getByRole('region', { name: 'KYC Tracker' });

  // The customer's phone.
  const phone = await Phone.take(t, browser, 'en-IN');
  await phone.page.goto(url);
  await phone.press(say('consent.yes'));
  await phone.heading(say('kind.PAN')).waitFor();
  await tracker.getByText(/consent/i).first().waitFor();
  await phone.fill(say('pan.label'), 'ABCPE0001F');
  await phone.fill(say('pan.name.label'), 'Kavya Menon');
  await phone.press(say('pan.submit'));
  await phone.heading(say('kind.BANK_PENNY_DROP')).waitFor();
  await tracker.getByText('PAN: in progress → completed').waitFor();
  await phone.fill(say('bank.holder.label'), 'Kavya Menon');
  for (const label of ['bank.account.label', 'bank.again.label']) await phone.fill(say(label), '123456780004');
  await phone.fill(say('bank.ifsc.label'), 'SBIN0001234');
  await phone.press(say('bank.submit'));
  await phone.heading(say('review.title')).waitFor();

  // The reviewer decides; the phone moves on by itself.
  await tracker.getByText('Bank penny drop: in progress → requires action').waitFor();
  const step = reviewer.page.getByRole('listitem').filter({ has: reviewer.page.getByRole('heading', { name: 'Bank penny drop' }) });
  await step.getByRole('button', { name: 'Complete', exact: true }).click();
  const dialog = reviewer.page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Reason' }).selectOption('UNDER_REVIEW');
  await dialog.getByRole('button', { name: /^Complete/ }).click();
  await phone.heading(say('completed.title')).waitFor();
  // The reviewer reads further below: what is new shifts nothing.
  await reviewer.page.getByRole('button', { name: /new events?. Show/ }).click();
  await tracker.getByText('Attempt: in progress → completed').waitFor();
  await reviewer.looks('whole-tracker');

  // The admin's report has it as it was.
  // A browser that has no picker for files.
  await admin.page.evaluate(() => delete window.showSaveFilePicker);
  const [download] = await Promise.all([admin.page.waitForEvent('download'), admin.button('Download the report').click()]);
  const [head, ...rows] = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n').map((line) => line.split(','));
  const row = Object.fromEntries(head.map((name, at) => [name, rows.find((cells) => cells.includes(attempt))[at]]));
  assert.deepEqual([row.customer_name, row.state], ['Kavya Menon', 'COMPLETED']);
  for (const desk of [agent, reviewer, admin]) desk.assertQuiet();
});
