// The profile of a customer in the dashboard.
//   KYC_PROGRAM=…/kyc-stack node --test dashboard_customer.test.mjs
import assert from 'node:assert/strict';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Desk, Office } from './desk.mjs';
import { launch, skip as skipBrowser } from './phone.mjs';

const skip = skipServer || skipBrowser;

/** A customer with an open attempt: both ids. */
async function customer(office, details, steps = ['PAN', 'SELFIE']) {
  const query = 'mutation($input: KycLinkGenerateInput!) { out: kycLinkGenerate(input: $input) { attempt { id customer { id } } userErrors { field message } } }';
  const { attempt } = (await office.ask(query, { input: { customer: details, steps } })).out;
  return { id: attempt.customer.id, attempt: attempt.id };
}

/** What the API knows of a customer. */
const known = async (office, id) => (await office.ask(
  'query($id: ID!) { customer(id: $id) { name email phone dateOfBirth country version } }', { id })).customer;

const stepOf = async (office, id, kind) => (await office.attempt(id)).steps.find((step) => step.kind === kind);

test('two people change a customer at once, and nothing typed is lost', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { id } = await customer(office, { name: 'Lata Iyer', phone: '+919876543210', email: 'lata@example.com', country: 'IN' });
  const path = `/customers/${id}`;
  const [one, two] = [await Desk.take(t, browser, office, { role: 'AGENT', path }), await Desk.take(t, browser, office, { role: 'AGENT', path })];
  for (const desk of [one, two]) await desk.button('Edit').click();
  const [mine, theirs] = [one, two].map((desk) => desk.page.getByRole('dialog'));

  await mine.getByLabel('Name').fill('');
  await mine.getByLabel('Phone').fill('12');
  await one.button('Save', mine).click();
  await mine.getByText('Enter the customer’s name.').waitFor();
  await mine.getByLabel('Name').fill('Lata R. Iyer');
  await mine.getByText('Attempt 1 is open: with another name or date of birth, its screening runs again').waitFor();
  await one.button('Save', mine).click();
  await mine.getByText('Enter the number with its country code').waitFor();
  assert.equal(await one.page.evaluate(() => document.activeElement.value), '12');
  await one.looks('customer-edit');

  await theirs.getByLabel('Phone').fill('+91 11111 11111');
  await theirs.getByLabel('Email').fill('iyer@example.com');
  await two.button('Save', theirs).click();
  await theirs.waitFor({ state: 'detached' });
  await two.page.getByText('+911111111111').waitFor();

  await mine.getByLabel('Phone').fill('+91 99999 99999');
  await one.button('Save', mine).click();
  await mine.getByRole('alert').getByText(/changed this customer meanwhile: email, phone/).waitFor();
  await mine.getByText('There is now: +911111111111').waitFor();
  assert.equal(await mine.getByLabel('Phone').inputValue(), '+91 99999 99999', 'what was typed stays');
  assert.equal(await mine.getByLabel('Name').inputValue(), 'Lata R. Iyer');
  assert.equal(await mine.getByLabel('Email').inputValue(), 'iyer@example.com', 'what nobody typed over is what is there now');
  assert.equal((await known(office, id)).name, 'Lata Iyer', 'nothing is saved yet');
  await one.looks('customer-conflict');
  await one.button('Save', mine).click();
  await mine.waitFor({ state: 'detached' });
  await one.heading('Lata R. Iyer').waitFor();
  // The other one sees it come.
  await two.heading('Lata R. Iyer').waitFor();
  const { version, ...now } = await known(office, id);
  assert.deepEqual(now, { name: 'Lata R. Iyer', email: 'iyer@example.com', phone: '+919999999999', dateOfBirth: null, country: 'IN' });

  // What is emptied is emptied; what is left alone is not sent.
  await one.button('Edit').click();
  await mine.getByLabel('Email').fill('');
  await one.button('Save', mine).click();
  await mine.waitFor({ state: 'detached' });
  assert.deepEqual(await known(office, id), { ...now, email: null, version: version + 1 });
  one.assertQuiet();
});

test('a profile moves while it is looked at, and can be read back to the beginning', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { id, attempt } = await customer(office, { name: 'Meera Nair', reference: 'M-1' });
  for (let time = 0; time < 22; time += 1) {
    await office.ask('mutation($input: CustomerUpdateInput!) { out: customerUpdate(input: $input) { userErrors { message } } }', {
      input: { id, phone: `+9198765432${String(time).padStart(2, '0')}` },
    });
  }
  const desk = await Desk.take(t, browser, office, { role: 'REVIEWER', path: `/customers/${id}` });
  const { page } = desk;
  const activity = page.getByRole('region', { name: 'Recent Activity' });
  const attempts = page.getByRole('table', { name: 'Attempts' });
  await attempts.getByText('PAN: Not started').waitFor();
  await activity.getByRole('listitem').nth(19).waitFor();
  assert.equal(await activity.getByText('Customer added').count(), 0);
  await desk.looks('customer');
  await desk.button('Show earlier', activity).click();
  await activity.getByText('Customer added').waitFor();
  const texts = await activity.getByRole('listitem').evaluateAll((items) => items.map(({ dataset }) => dataset.id));
  assert.equal(new Set(texts).size, texts.length, 'an event stands there twice');

  // Somebody reads at the end of it: what comes waits above.
  const last = activity.getByText('Customer added');
  await last.hover();
  const place = await last.boundingBox();
  await office.move((await stepOf(office, attempt, 'PAN')).id, 'COMPLETED', 'UNDER_REVIEW');
  await attempts.getByText('PAN: Completed').waitFor();
  const held = activity.getByRole('button', { name: /new events?\. Show/ });
  await held.waitFor();
  assert.deepEqual(await last.boundingBox(), place, 'what was read has moved');
  await held.click();
  await activity.getByText('PAN: not started → completed').waitFor();

  // Nobody points at it: it comes by itself. The attempt ends, and another one may begin.
  await page.mouse.move(5, 5);
  await page.evaluate(() => document.activeElement.blur());
  await page.getByRole('link', { name: 'Open attempt 1' }).waitFor();
  await office.reject(attempt);
  await activity.getByText('in progress → rejected').waitFor();
  const again = page.getByRole('link', { name: 'Generate a KYC link' });
  await again.click();
  await page.getByRole('link', { name: 'Meera Nair' }).waitFor();
  await desk.button('Continue').click();
  await desk.button('Continue').click();
  await desk.button('Generate the link').click();
  await desk.heading('The link is ready', 2).waitFor();
  await page.getByRole('link', { name: 'Meera Nair' }).click();
  await attempts.getByRole('link', { name: 'Attempt 2' }).waitFor();
  await attempts.getByText('Rejected').waitFor();
  assert.equal((await office.attempt(attempt)).state, 'REJECTED');
  desk.assertQuiet();
});

test('hostile names are texts in the profile, in the search and in a link', { skip, timeout: 180_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const names = ['<img src=x onerror=alert(1)> Evil', 'محمد الأمين', '🦊🔥 Fox', `${'N'.repeat(299)}M`];
  const made = [];
  for (const name of names) made.push(await customer(office, { name, reference: `<i>${made.length}</i>` }));
  for (const settings of [{ colorScheme: 'light' }, { colorScheme: 'dark', viewport: { width: 360, height: 740 }, hasTouch: true }]) {
    const desk = await Desk.take(t, browser, office, { role: 'AGENT', ...settings });
    for (const [at, name] of names.entries()) {
      await desk.go(`/customers/${made[at].id}`);
      await desk.heading(name).waitFor();
      await desk.page.getByText(`<i>${at}</i>`).waitFor();
      await desk.page.getByRole('listitem').filter({ hasText: 'Customer added' }).waitFor();
      if (at % 2 === 1) await desk.looks(`customer-name-${at}-${settings.colorScheme}`);
      await desk.go('/links/new');
      await desk.page.getByRole('combobox').fill(name.match(/\p{L}+/u)[0].slice(0, 200));
      await desk.page.getByRole('option').filter({ hasText: name }).click();
      await desk.page.getByRole('region', { name: 'The open attempt' }).waitFor();
      await desk.page.getByRole('link', { name, exact: true }).waitFor();
      if (at % 2 === 1) await desk.looks(`link-name-${at}-${settings.colorScheme}`);
    }
    assert.equal(await desk.page.evaluate(() => document.querySelectorAll('img').length), 0);
    desk.assertQuiet();
  }
});

test('a viewer reads a profile and changes nothing', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { id } = await customer(office, { name: 'Arjun Rao', email: 'arjun@example.com' });
  const desk = await Desk.take(t, browser, office, { role: 'VIEWER', path: `/customers/${id}` });
  await desk.heading('Arjun Rao').waitFor();
  await desk.page.getByText('arjun@example.com').waitFor();
  for (const name of ['Edit', 'Resend link', 'Extend', 'Revoke']) assert.equal(await desk.button(name).count(), 0, name);
  await desk.looks('customer-viewer');
  const { data, errors } = await desk.ask(
    'mutation($input: CustomerUpdateInput!) { out: customerUpdate(input: $input) { customer { id } } }', { input: { id, name: 'Somebody' } });
  assert.deepEqual([data.out, errors[0].extensions.code], [null, 'FORBIDDEN']);
  assert.equal((await known(office, id)).name, 'Arjun Rao');

  await desk.go(`/customers/${id}x`);
  await desk.heading('Customer not found').waitFor();
  await desk.looks('customer-nobody');
});
