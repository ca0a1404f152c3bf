// Settings in a real browser: what is saved there is what the API, customers and programs then find.
//   KYC_PROGRAM=…/kyc-stack node --test
import assert from 'node:assert/strict';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Desk, Office, PASSWORD } from './desk.mjs';
import { Phone, launch, skip as skipBrowser } from './phone.mjs';

const skip = skipServer || skipBrowser;
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: 'dark' };

const branding = async (office) => (await office.ask('{ merchant { branding { displayName primaryColor textColor cornerRadius supportEmail supportUrl logoUrl } } }')).merchant.branding;

test('a look is previewed, corrected, saved, and reaches customers', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const desk = await Desk.take(t, browser, office, { path: '/settings' });
  const { page } = desk;
  const preview = page.frameLocator('iframe[title="Preview of the journey"]');
  const field = (label) => page.getByLabel(label, { exact: true });
  await preview.getByText('Acme Lending asks to verify').first().waitFor();
  await desk.looks('settings-branding');

  await field('Display name').fill('Acme <b>Bank</b>');
  await preview.getByText('Acme <b>Bank</b> asks to verify').first().waitFor();
  await field('Corner radius').fill('round');
  await page.getByText('Choose 0 to 32 pixels.').waitFor();
  await field('Corner radius').fill('0');
  await field('Support email optional').fill('nobody');
  await page.getByText('Enter an e-mail address').waitFor();
  await field('Support email optional').fill('care@acme.example');
  // Warned of before it is saved, with a colour that would be taken.
  await field('Primary colour').fill('#aaddcc');
  const use = page.getByRole('button', { name: /^Use #[0-9a-f]{6} for Primary colour$/ });
  await use.waitFor();
  await desk.button('Save').click();
  await page.waitForFunction(() => document.activeElement.getAttribute('aria-invalid') === 'true');
  assert.equal((await branding(office)).primaryColor, '#0b6e4f', 'what cannot be read is not saved');
  const better = (await use.textContent()).match(/#[0-9a-f]{6}/)[0];
  await use.click();
  assert.equal(await field('Primary colour').inputValue(), better);
  await use.waitFor({ state: 'detached' });

  // What is typed and not saved stays, and another admin's change shows in the other fields.
  await page.getByRole('link', { name: 'Journey', exact: true }).click();
  await field('Validity of a link').waitFor();
  await page.getByRole('link', { name: 'Branding', exact: true }).click();
  assert.equal(await field('Primary colour').inputValue(), better);
  await office.ask('mutation($input: BrandingUpdateInput!) { out: brandingUpdate(input: $input) { userErrors { message } } }', { input: { supportUrl: 'https://acme.example/help' } });
  await page.waitForFunction(() => [...document.querySelectorAll('input[type=url]')].some(({ value }) => value === 'https://acme.example/help'));
  assert.equal(await field('Display name').inputValue(), 'Acme <b>Bank</b>');
  await desk.button('Save').click();
  await page.getByText('Everything is saved.').waitFor();
  const saved = await branding(office);
  assert.deepEqual(
    [saved.displayName, saved.primaryColor, saved.cornerRadius, saved.supportEmail, saved.supportUrl],
    ['Acme <b>Bank</b>', better, 0, 'care@acme.example', 'https://acme.example/help'],
  );

  const phone = await Phone.take(t, browser, 'en-IN');
  await phone.page.goto((await office.link('Meera Nair', ['PAN'])).url);
  await phone.page.getByText('Acme <b>Bank</b> asks to verify').first().waitFor();
  assert.equal(await phone.page.evaluate(() => document.documentElement.style.getPropertyValue('--primary')), better);
  desk.assertQuiet();
});

test('a logo is looked at, put in place, and removed', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const desk = await Desk.take(t, browser, office, { path: '/settings/branding' });
  const { page } = desk;
  const phone = await Phone.take(t, browser, 'en-IN');
  const preview = page.frameLocator('iframe[title="Preview of the journey"]').locator('header img, img').first();
  const choose = (name, mimeType, buffer) => page.getByLabel('Logo file').setInputFiles({ name, mimeType, buffer });
  await desk.button('Choose a logo…').waitFor();
  await choose('notes.txt', 'text/plain', Buffer.from('no picture'));
  await page.getByText('Choose a PNG, JPEG or WebP picture.').waitFor();
  await choose('large.png', 'image/png', Buffer.alloc(2 * 1024 * 1024 + 1));
  await page.getByText('Choose a picture of at most 2 MB.').waitFor();
  await choose('broken.png', 'image/png', Buffer.from('no picture'));
  await desk.button('Use this logo').click();
  await page.getByRole('region', { name: 'Logo' }).getByRole('alert').waitFor();

  await choose('logo.png', 'image/png', await phone.drawn(300, 120));
  await page.getByAltText('The chosen logo').waitFor();
  assert.match(await preview.getAttribute('src'), /^data:image\/png/);
  assert.equal((await branding(office)).logoUrl, null, 'it is only looked at');
  await desk.button('Use this logo').click();
  await page.getByAltText('The logo', { exact: true }).waitFor();
  const { logoUrl } = await branding(office);
  assert.equal(await preview.getAttribute('src'), new URL(logoUrl).pathname + new URL(logoUrl).search);
  assert.equal((await fetch(logoUrl)).status, 200);
  await desk.looks('settings-logo');
  await desk.button('Remove').click();
  await page.getByText('No logo: customers read the name alone.').waitFor();
  assert.equal((await branding(office)).logoUrl, null);
});

test('the default journey is changed by keyboard, and a link is made with it', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const desk = await Desk.take(t, browser, office, { path: '/settings/journey', ...PHONE });
  const { page } = desk;
  const order = page.getByRole('list', { name: 'Steps, in order' }).getByRole('listitem');
  await order.first().waitFor();
  await desk.looks('settings-journey-360');
  await page.getByRole('button', { name: 'Move PAN up' }).focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Move PAN up', 'the focus stays with the step');
  for (const kind of ['Bank penny drop', 'Signature', 'Sanction screening']) {
    const button = page.getByRole('button', { name: `Leave ${kind} out` });
    if (await button.count()) await button.press('Enter');
  }
  await page.getByRole('button', { name: 'Add Sanction screening' }).press('Enter');
  await page.getByLabel('Validity of a link').fill('48');
  await page.getByText('This is 2 d.').waitFor();
  for (const origin of ['https://shop.example', 'no origin at all']) {
    await desk.button('Add an origin').click();
    await page.keyboard.type(origin);
  }
  await page.getByLabel('Name', { exact: true }).fill('Acme & Söhne');
  await page.getByLabel('Time zone').selectOption('Asia/Kathmandu');
  await desk.button('Save').click();
  const wrong = page.getByLabel('Origin 3', { exact: true });
  await page.waitForFunction(() => document.activeElement.getAttribute('aria-invalid') === 'true');
  assert.equal(await wrong.getAttribute('aria-invalid'), 'true');
  assert.equal((await office.ask('{ merchant { linkValidityHours } }')).merchant.linkValidityHours, 72, 'all of it, or nothing');
  await page.getByRole('button', { name: 'Remove origin 3' }).click();
  await desk.button('Save').click();
  await page.getByText('Everything is saved.').waitFor();
  // It stands above every page at once.
  await page.getByText('Acme & Söhne').first().waitFor();
  const { merchant } = await office.ask('{ merchant { name timeZone journey linkValidityHours redirectOrigins } }');
  const kinds = ['PAN', 'DIGILOCKER_AADHAAR', 'SELFIE', 'SANCTION_SCREENING'];
  assert.deepEqual(merchant, { name: 'Acme & Söhne', timeZone: 'Asia/Kathmandu', journey: kinds, linkValidityHours: 48, redirectOrigins: [office.url, 'https://shop.example'] });
  assert.deepEqual((await order.allInnerTexts()).map((text) => text.split('\n')[1]), ['PAN', 'DigiLocker Aadhaar', 'Selfie', 'Sanction screening']);

  const query = 'mutation($input: KycLinkGenerateInput!) { out: kycLinkGenerate(input: $input) { attempt { createdAt expiresAt steps { kind } } userErrors { message } } }';
  const { attempt } = (await office.ask(query, { input: { customer: { name: 'Meera Nair' } } })).out;
  assert.deepEqual(attempt.steps.map(({ kind }) => kind), kinds);
  assert.equal(Math.round((new Date(attempt.expiresAt) - new Date(attempt.createdAt)) / 3_600_000), 48);
  desk.assertQuiet();
});

test('a member is invited, signs in with their role, is changed, shut out, and let in', { skip, timeout: 180_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const desk = await Desk.take(t, browser, office, { path: '/settings/members' });
  const { page } = desk;
  const dialog = page.getByRole('dialog');
  const members = async () => (await office.ask('{ merchant { members(includeDisabled: true) { email role disabledAt } } }')).merchant.members;
  await desk.row(desk.member.email).getByText('You').waitFor();
  await desk.looks('settings-members');
  await desk.button('Invite a member').click();
  await desk.button('Add the member', dialog).click();
  await dialog.getByText('Enter a text here').first().waitFor();
  await dialog.getByLabel('Name').fill('Gauri <i>Patil</i>');
  await dialog.getByLabel('Email').fill('Gauri@Acme.example');
  await dialog.getByLabel('Role').selectOption('AGENT');
  // A double click adds one.
  await desk.button('Add the member', dialog).dblclick();
  const address = await dialog.getByLabel('One-time link').inputValue();
  await desk.looks('settings-invited');
  await desk.button('Done', dialog).click();
  await desk.row('gauri@acme.example').getByText('Gauri <i>Patil</i>').waitFor();
  assert.equal((await members()).filter(({ email }) => email === 'gauri@acme.example').length, 1);
  assert.ok(!(await page.content()).includes(new URL(address).hash), 'the link is shown once');

  const hers = await browser.newContext({ locale: 'en-GB' });
  t.after(() => hers.close());
  const gauri = await hers.newPage();
  await gauri.goto(address);
  for (const label of ['New password', 'The same once more']) await gauri.getByLabel(label).fill(PASSWORD);
  await gauri.getByRole('button', { name: 'Set the password' }).click();
  await gauri.getByRole('link', { name: 'Sign in' }).click();
  await gauri.getByLabel('Merchant').fill('acme');
  await gauri.getByLabel('Email').fill('gauri@acme.example');
  await gauri.getByLabel('Password').fill(PASSWORD);
  await gauri.keyboard.press('Enter');
  await gauri.getByRole('link', { name: 'Generate a link', exact: true }).waitFor();
  assert.equal(await gauri.getByRole('link', { name: 'Settings' }).count(), 0);
  await gauri.goto(`${office.url}/settings/members`);
  await gauri.getByText('Settings are for admins').waitFor();

  const row = desk.row('gauri@acme.example');
  await row.getByRole('button', { name: /^Edit/ }).click();
  await dialog.getByLabel('Role').selectOption('VIEWER');
  await desk.button('Save', dialog).click();
  await row.getByRole('cell', { name: 'Viewer' }).waitFor();
  // Her page hears of it.
  await gauri.getByRole('link', { name: 'Generate a link', exact: true }).waitFor({ state: 'detached' });

  await row.getByRole('button', { name: /^Disable/ }).click();
  await desk.button('Disable', dialog).click();
  await row.getByText('Disabled').waitFor();
  await gauri.getByRole('heading', { name: 'Sign in' }).waitFor();
  await row.getByRole('button', { name: /^Enable/ }).click();
  await desk.button('Enable', dialog).click();
  await row.getByText('Disabled').waitFor({ state: 'detached' });
  await row.getByRole('button', { name: /^Reset password/ }).click();
  await desk.button('Reset the password', dialog).click();
  assert.notEqual(await dialog.getByLabel('One-time link').inputValue(), address);
  await page.keyboard.press('Escape');
  assert.equal((await members()).find(({ email }) => email === 'gauri@acme.example').role, 'VIEWER');
  desk.assertQuiet();
});

test('the last admin stays one, and sets a new password without being locked out', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const desk = await Desk.take(t, browser, office, { path: '/settings/members', ...PHONE });
  const { page } = desk;
  const dialog = page.getByRole('dialog');
  await desk.row('admin@acme.example').getByRole('button', { name: /^Disable/ }).click();
  await desk.button('Disable', dialog).click();
  await desk.row('admin@acme.example').getByText('Disabled').waitFor();
  const mine = desk.row(desk.member.email);
  await mine.getByRole('button', { name: /^Edit/ }).click();
  await dialog.getByLabel('Role').selectOption('REVIEWER');
  await dialog.getByText('This is you').waitFor();
  await desk.button('Save', dialog).click();
  await dialog.getByText('This is the last ADMIN').waitFor();
  await desk.looks('settings-last-admin');
  await desk.button('Cancel', dialog).click();
  await mine.getByRole('button', { name: /^Disable/ }).click();
  await desk.button('Disable', dialog).click();
  await dialog.getByRole('alert').getByText('This is the last ADMIN').waitFor();
  await desk.button('Cancel', dialog).click();

  await mine.getByRole('button', { name: /^Change password/ }).click();
  await desk.button('Change my password', dialog).click();
  for (const label of ['New password', 'The same once more']) await page.getByLabel(label).fill('another four words here');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Merchant').fill('acme');
  await page.getByLabel('Email').fill(desk.member.email);
  await page.getByLabel('Password').fill('another four words here');
  await page.keyboard.press('Enter');
  await desk.heading('Compliance').waitFor();
});

test('a key is made, works, is seen by another admin, and is revoked', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const desk = await Desk.take(t, browser, office, { path: '/settings/keys' });
  const other = await Desk.take(t, browser, office, { path: '/settings/keys', ...PHONE });
  const { page } = desk;
  const dialog = page.getByRole('dialog');
  await other.page.getByRole('table', { name: 'API keys' }).waitFor();
  await other.looks('settings-keys-360');
  await desk.button('Create a key').click();
  await dialog.getByLabel('Name').fill('Loan app');
  await dialog.getByLabel('Role').selectOption('VIEWER');
  await desk.button('Create the key', dialog).click();
  const secret = await dialog.getByLabel('API key', { exact: true }).inputValue();
  assert.ok((await dialog.getByText(/^curl/).innerText()).includes(secret));
  await desk.looks('settings-key-made');
  await desk.button('Done', dialog).click();
  assert.ok(!(await page.content()).includes(secret), 'the key is shown once');

  const use = async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` };
    const answer = await fetch(`${office.url}/graphql`, { method: 'POST', headers, body: '{"query":"{ viewer { name role } }"}' });
    return { status: answer.status, viewer: (await answer.json()).data?.viewer };
  };
  assert.deepEqual(await use(), { status: 200, viewer: { name: 'Loan app', role: 'VIEWER' } });
  await other.row('Loan app').waitFor();

  await desk.row('Loan app').getByRole('button', { name: /^Revoke/ }).click();
  await desk.button('Cancel', dialog).click();
  assert.equal((await use()).status, 200);
  await desk.row('Loan app').getByRole('button', { name: /^Revoke/ }).click();
  await desk.button('Revoke the key', dialog).click();
  for (const one of [desk, other]) await one.row('Loan app').waitFor({ state: 'detached' });
  assert.equal((await use()).status, 401);
  await page.getByLabel('Show revoked keys').check();
  await desk.row('Loan app').getByText('Revoked', { exact: true }).waitFor();
  desk.assertQuiet();
});
