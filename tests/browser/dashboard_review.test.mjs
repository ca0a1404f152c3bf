// A reviewer's day at the page of an attempt: the screening's matches, pictures, the queue by keyboard, long trackers, a slow line.
//   KYC_PROGRAM=…/kyc-stack node --test
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { KINDS, card, closed, dialog, limit, sit, stepOf, tracker, whole } from './attempt.mjs';
import { Office } from './desk.mjs';
import { launch } from './phone.mjs';

/** Loads a list of one made-up person, as an operator does. */
async function listed(t, office, row) {
  const folder = await mkdtemp(join(tmpdir(), 'kyc-stack-list-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'list.csv');
  const head = 'id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,last_seen,last_change';
  await writeFile(file, `${head}\n${row}\n`);
  await office.server.end('SIGTERM');
  office.server.env.KYC_REQUIRED_LISTS = 'opensanctions';
  await promisify(execFile)(process.env.KYC_PROGRAM, ['sanctions', 'import', '--list', 'opensanctions', file], { env: office.server.env });
  await office.server.start();
}

test('a match of the screening is looked at beside the customer, and cleared with a note', limit, async (t) => {
  const office = await Office.open(t);
  await listed(t, office, 'x-1,Person,Otto Niemand,Otto Nyemand;Niemand Otto,1951-03-14,de,,,,,,"Nobody on this list exists",2026-01-01,2026-01-01,2026-01-01');
  const browser = await launch(t);
  const { attempt: id } = await office.link('Otto Niemand', ['SANCTION_SCREENING']);
  const [ravi, gauri] = [await sit(t, browser, office, id), await sit(t, browser, office, id, { role: 'AGENT' })];
  await ravi.page.getByText('1 match to decide').waitFor();
  const table = card(ravi, 'Sanction screening').getByRole('table');
  await table.getByRole('row', { name: /^Born not known 1951-03-14/ }).waitFor();
  await table.getByRole('row', { name: /^Country not known Germany/ }).waitFor();
  await table.getByText('opensanctions, x-1').waitFor();
  await ravi.looks('attempt-screening');
  assert.equal(await card(ravi, 'Sanction screening').getByRole('button', { name: /^Complete/ }).count(), 0, 'a screening is completed by its matches');
  await card(gauri, 'Sanction screening').getByText('What the screening finds is for reviewers.').waitFor();
  assert.equal(await gauri.page.getByText(/Nyemand|SCREENING_MATCH/).count(), 0);

  await ravi.button('Clear: somebody else').click();
  await ravi.button('Clear the match').click();
  await dialog(ravi).getByText('Write down why').waitFor();
  await dialog(ravi).getByLabel('Note').fill('Another birth date, seen on the passport.');
  await ravi.looks('attempt-match');
  await ravi.button('Clear the match').click();
  await closed(ravi);
  await card(ravi, 'Sanction screening').getByText('Every match was cleared').waitFor();
  await card(ravi, 'Sanction screening').getByText('Another birth date, seen on the passport.').waitFor();
  await card(gauri, 'Sanction screening').getByText('Completed').waitFor();
  const { state, steps } = await whole(office, id);
  assert.equal(state, 'COMPLETED');
  assert.deepEqual(steps[0].result.matches.map(({ decision, note, decidedBy }) => [decision, note, decidedBy.name]),
    [['CLEARED', 'Another birth date, seen on the passport.', ravi.member.name]]);
  for (const desk of [ravi, gauri]) desk.assertQuiet();
});

test('the queue is gone through by keyboard alone', limit, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const links = [];
  for (const name of ['Asha First', 'Bina Second', 'Chitra Third']) links.push(await office.link(name, KINDS));
  for (const { attempt } of links) await office.move((await stepOf(office, attempt, 'PAN')).id, 'REQUIRES_ACTION', 'NAME_MISMATCH');
  const ravi = await sit(t, browser, office, links[0].attempt);
  const { keyboard } = ravi.page;
  const queue = ravi.page.getByRole('navigation', { name: 'Reviewer’s queue' });
  const focused = (text) => ravi.page.waitForFunction((text) => document.activeElement.textContent.includes(text) || document.activeElement.labels?.[0]?.textContent.includes(text), text);
  await queue.getByText('1 of 3').waitFor();

  // d: what waits on a reviewer first. Up and down choose, Tab goes on, Enter sends.
  await keyboard.press('d');
  await focused('Complete');
  await keyboard.press('Space');
  await keyboard.press('ArrowUp');
  await dialog(ravi).getByRole('radio', { name: 'Fail' }).and(ravi.page.locator(':checked')).waitFor();
  await keyboard.press('Tab');
  await focused('Reason');
  await keyboard.type('Name mis');
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await focused('Staff note');
  await keyboard.type('jk?hd: letters are letters here');
  await keyboard.press('Tab');
  await focused('Fail');
  await keyboard.press('Enter');
  await closed(ravi);
  await card(ravi, 'PAN').getByText('Failed').waitFor();
  const failed = await stepOf(office, links[0].attempt, 'PAN');
  assert.deepEqual([failed.status, failed.reason.code, failed.reason.staffNote], ['FAILED', 'NAME_MISMATCH', 'jk?hd: letters are letters here']);

  // j and k: what took its place in the queue, and back.
  await queue.getByText('2 attempts in the reviewer’s queue').waitFor();
  await keyboard.press('j');
  await ravi.heading('Bina Second').waitFor();
  await queue.getByText('1 of 2').waitFor();
  await keyboard.press('j');
  await ravi.heading('Chitra Third').waitFor();
  await queue.getByText('2 of 2').waitFor();
  await keyboard.press('k');
  await ravi.heading('Bina Second').waitFor();
  await queue.getByText('1 of 2').waitFor();

  // Where one chooses, a letter chooses.
  await tracker(ravi).getByLabel('Order').focus();
  await keyboard.press('h');
  assert.equal(await dialog(ravi).count(), 0);
  await ravi.heading('Bina Second').focus();

  // ?: what keys there are, and that they can be switched off.
  await keyboard.press('?');
  await dialog(ravi).getByText('Place a hold').waitFor();
  await ravi.looks('attempt-keys');
  await dialog(ravi).getByRole('checkbox').focus();
  await keyboard.press('Space');
  await keyboard.press('Escape');
  await closed(ravi);
  await keyboard.press('h');
  await keyboard.press('?');
  assert.equal(await dialog(ravi).count(), 0);
  await ravi.page.reload();
  await queue.getByText('1 of 2').waitFor();
  await keyboard.press('?');
  assert.equal(await dialog(ravi).count(), 0, 'it is remembered');
  await ravi.button('Shortcuts').focus();
  await keyboard.press('Enter');
  await dialog(ravi).getByRole('checkbox').focus();
  await keyboard.press('Space');
  await keyboard.press('Escape');
  await keyboard.press('h');
  await ravi.page.getByRole('dialog', { name: 'Place a hold' }).waitFor();
  ravi.assertQuiet();
});

test('the tracker grows without moving what is read, and shows all of it', limit, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { attempt: id } = await office.link('Long Story', KINDS);
  const pan = await stepOf(office, id, 'PAN');
  for (let turn = 0; turn < 20; turn += 1) {
    await office.move(pan.id, 'REQUIRES_ACTION', 'UNDER_REVIEW');
    await office.move(pan.id, 'IN_PROGRESS', 'UNDER_REVIEW');
  }
  const ravi = await sit(t, browser, office, id);
  const events = tracker(ravi).getByRole('listitem');
  await ravi.page.waitForFunction(() => document.querySelectorAll('.event').length === 30);
  await ravi.button('Show earlier').click();
  await tracker(ravi).getByText('Attempt created').waitFor();
  const { nodes } = (await whole(office, id)).tracker;
  assert.equal(await events.count(), nodes.length);
  assert.equal(await ravi.button('Show earlier').count(), 0);

  // Somebody reads further down: what comes waits until it is asked for.
  const read = tracker(ravi).getByText('Attempt created');
  await read.scrollIntoViewIfNeeded();
  const place = await read.boundingBox();
  await office.move(pan.id, 'FAILED', 'PAN_NOT_FOUND');
  await tracker(ravi).getByRole('button', { name: /^1 new event/ }).waitFor();
  assert.deepEqual(await read.boundingBox(), place);
  assert.equal(await events.count(), nodes.length);
  await tracker(ravi).getByRole('button', { name: /^1 new event/ }).click();
  await events.first().getByText('PAN_NOT_FOUND').waitFor();

  // From the beginning: the same events the other way round.
  await tracker(ravi).getByLabel('Order').selectOption('oldest');
  await events.first().getByText('Attempt created').waitFor();
  await ravi.button('Show later').click();
  await events.last().getByText('PAN_NOT_FOUND').waitFor();
  assert.equal(await events.count(), nodes.length + 1);
  ravi.assertQuiet();
});

test('a slow API: what is decided is sent once, and the page stays usable', limit, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { attempt: id } = await office.link('Slow Line', KINDS);
  await office.move((await stepOf(office, id, 'PAN')).id, 'REQUIRES_ACTION', 'NAME_MISMATCH');
  const ravi = await sit(t, browser, office, id);
  await ravi.button('Complete', card(ravi, 'PAN')).click();
  const held = [];
  await ravi.page.route('**/graphql', (route) => (route.request().postData().includes('mutation') ? held.push(route) : route.continue()));
  const button = ravi.button('Complete', dialog(ravi));
  await button.dblclick();
  await button.and(ravi.page.locator('[aria-busy=true]')).waitFor();
  await button.press('Enter');
  // What another one does is seen meanwhile.
  await office.move((await stepOf(office, id, 'SELFIE')).id, 'FAILED', 'IMAGE_BLURRED');
  await card(ravi, 'Selfie').getByText('Failed').waitFor();
  assert.equal(held.length, 1);
  await held[0].continue();
  await closed(ravi);
  await card(ravi, 'PAN').getByText('Completed').waitFor();
  const { tracker: log } = await whole(office, id);
  assert.equal(log.nodes.filter(({ step, stepTo }) => step?.kind === 'PAN' && stepTo === 'COMPLETED').length, 1);
  ravi.assertQuiet();
});

/** What the customer's phone sends: consent, and a picture. */
async function takesSelfie(office, url, picture) {
  const headers = { 'content-type': 'application/json', origin: office.url };
  const token = new URL(url).hash.slice(1);
  const session = await fetch(`${office.url}/journey/session`, { method: 'POST', headers, body: JSON.stringify({ token, nonce: 'n'.repeat(32) }) });
  const cookie = session.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  const ask = async (query, variables) => (await (await fetch(`${office.url}/journey/graphql`, { method: 'POST', headers: { ...headers, cookie }, body: JSON.stringify({ query, variables }) })).json()).data;
  const { journey } = await ask('{ journey { consentTextVersion steps { id } } }');
  await ask('mutation($input: JourneyConsentInput!) { journeyConsent(input: $input) { userErrors { message } } }', { input: { accepted: true, textVersion: journey.consentTextVersion, language: 'en' } });
  const sent = await fetch(`${office.url}/journey/steps/${journey.steps[0].id}/image`, { method: 'PUT', headers: { cookie, origin: office.url, 'content-type': 'image/png' }, body: picture });
  assert.equal(sent.status, 200, await sent.text());
}

test('a picture is for reviewers, and is asked for again when its address has run out', limit, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { attempt: id, url } = await office.link('Tara Sen', ['SELFIE', 'PAN']);
  const artist = await browser.newPage({ viewport: { width: 640, height: 640 } });
  await artist.setContent('<body style="background: linear-gradient(#89a, #345)"><h1 style="font-size: 9rem; color: #fc9">:-)</h1>');
  const picture = await artist.screenshot();
  const [ravi, vikram] = [await sit(t, browser, office, id), await sit(t, browser, office, id, { role: 'VIEWER' })];
  // The first address does not work.
  await ravi.page.route(/\/pictures\//, (route) => route.abort(), { times: 1 });
  await takesSelfie(office, url, picture);
  await card(ravi, 'Selfie').getByText('The picture could not be loaded.').waitFor();
  await ravi.button('Try again', card(ravi, 'Selfie')).click();
  const image = card(ravi, 'Selfie').getByRole('img', { name: 'Selfie of the customer' });
  await image.evaluate((image) => image.decode());
  await ravi.page.getByRole('button', { name: 'Selfie: look at it in large' }).click();
  await dialog(ravi).getByRole('img').evaluate((image) => image.decode());
  await ravi.looks('attempt-picture');
  await ravi.page.keyboard.press('Escape');
  await closed(ravi);
  await card(vikram, 'Selfie').getByText('The picture is for reviewers.').waitFor();
  assert.equal(vikram.asked.filter((asked) => /pictures/.test(asked)).length, 0);
  vikram.assertQuiet();
});
