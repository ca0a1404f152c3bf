// The page of an attempt: what a reviewer decides there, what others see of it at once, and what nobody else may.
//   KYC_PROGRAM=…/kyc-stack node --test
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Desk, Office } from './desk.mjs';
import { launch, skip as skipBrowser } from './phone.mjs';

const skip = skipServer || skipBrowser;
const limit = { skip, timeout: 180_000 };
const KINDS = ['PAN', 'SELFIE'];

const WHOLE = `query($id: ID!) { attempt(id: $id) {
  state waitingOn rejection { code message staffNote }
  holds(includeReleased: true) { reason { code staffNote } releaseNote releasedBy { name } }
  steps { id kind status waitingOn reason { code message staffNote }
    result { ... on ScreeningResult { matches { id listedName decision note decidedBy { name } } } } }
  tracker(first: 100) { nodes { type actor { name } reason { code } step { kind } stepTo } }
} }`;

/** The attempt as a reviewer's program sees it. */
const whole = async (office, id) => (await office.ask(WHOLE, { id })).attempt;
const stepOf = async (office, id, kind) => (await whole(office, id)).steps.find((step) => step.kind === kind);
const sit = (t, browser, office, id, settings) => Desk.take(t, browser, office, { role: 'REVIEWER', path: `/attempts/${id}`, ...settings });

/** A step on the page, by its heading. */
const card = (desk, name) => desk.page.getByRole('listitem').filter({ has: desk.page.getByRole('heading', { level: 3, name, exact: true }) });
const dialog = (desk) => desk.page.getByRole('dialog');
const closed = (desk) => dialog(desk).waitFor({ state: 'detached' });
const tracker = (desk) => desk.page.getByRole('region', { name: 'KYC Tracker' });

test('a reviewer decides a step with a reason, once, and everybody sees it', limit, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { attempt: id } = await office.link('Meera Nair', KINDS);
  await office.move((await stepOf(office, id, 'PAN')).id, 'REQUIRES_ACTION', 'NAME_MISMATCH');
  const [ravi, gauri] = [await sit(t, browser, office, id), await sit(t, browser, office, id, { role: 'AGENT' })];
  await card(ravi, 'PAN').getByText('waits on Reviewer').waitFor();
  await ravi.looks('attempt');

  await ravi.button('Ask the customer again', card(ravi, 'PAN')).click();
  await dialog(ravi).getByRole('radio', { name: 'Ask the customer again' }).and(ravi.page.locator(':checked')).waitFor();
  await ravi.button('Ask the customer again', dialog(ravi)).click();
  await dialog(ravi).getByText('Choose a reason.', { exact: true }).waitFor();
  await ravi.looks('attempt-decide');
  assert.equal(await dialog(ravi).getByRole('option', { name: /staff only/ }).count(), 0, 'what the customer reads is for no staff alone');
  await dialog(ravi).getByLabel('Reason').selectOption('REDO_REQUESTED');
  await dialog(ravi).getByText('the customer reads: “Please do this step again.”').waitFor();
  await dialog(ravi).getByLabel('Message to the customer').fill('Please use your own PAN.');
  await dialog(ravi).getByLabel('Staff note').fill('Called her: <b>her sister’s</b> card.');
  await ravi.button('Ask the customer again', dialog(ravi)).dblclick();
  await closed(ravi);

  for (const desk of [ravi, gauri]) {
    await card(desk, 'PAN').getByText('waits on Customer').waitFor();
    await card(desk, 'PAN').getByText('Please use your own PAN.').waitFor();
    await tracker(desk).getByRole('listitem').first().getByText('REDO_REQUESTED').waitFor();
    await tracker(desk).getByRole('listitem').first().getByText(ravi.member.name).waitFor();
  }
  await card(gauri, 'PAN').getByText('Called her: <b>her sister’s</b> card.').waitFor();
  const { steps, tracker: log } = await whole(office, id);
  assert.equal(steps[0].waitingOn, 'CUSTOMER');
  assert.deepEqual(steps[0].reason, { code: 'REDO_REQUESTED', message: 'Please use your own PAN.', staffNote: 'Called her: <b>her sister’s</b> card.' });
  assert.equal(log.nodes.filter(({ reason }) => reason?.code === 'REDO_REQUESTED').length, 1);
  // What was pressed is gone; the focus is on the step it was about.
  assert.equal(await ravi.page.evaluate(() => document.activeElement.textContent), 'PAN');
  for (const desk of [ravi, gauri]) desk.assertQuiet();
});

test('who decides on what has changed is told, and loses nothing', limit, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { attempt: id } = await office.link('Arjun Rao', KINDS);
  const pan = await stepOf(office, id, 'PAN');
  await office.move(pan.id, 'REQUIRES_ACTION', 'NAME_MISMATCH');
  const [ravi, meera] = [await sit(t, browser, office, id), await sit(t, browser, office, id)];

  await ravi.button('Fail', card(ravi, 'PAN')).click();
  await dialog(ravi).getByLabel('Reason').selectOption('NAME_MISMATCH');
  await dialog(ravi).getByLabel('Staff note').fill('Looked at it twice.');
  await meera.button('Complete', card(meera, 'PAN')).click();
  await meera.button('Complete', dialog(meera)).click();
  await closed(meera);

  // He hears it, and what he would have done is not possible any more.
  const news = dialog(ravi).getByRole('alert');
  await news.getByText('This step changed while this was open.').waitFor();
  await news.getByText(`PAN: requires action → completed, ${meera.member.name}`).waitFor();
  await news.getByText('Now it is completed').waitFor();
  await ravi.looks('attempt-meanwhile');
  assert.deepEqual(await dialog(ravi).getByRole('radio').evaluateAll((all) => all.map(({ value }) => value)), ['again', 'review']);
  await dialog(ravi).getByRole('radio', { name: 'Hand to a reviewer' }).check();
  await ravi.button('Hand to a reviewer', dialog(ravi)).click();
  await ravi.page.waitForFunction(() => document.activeElement.textContent === 'Go on with what is there now');
  assert.equal((await stepOf(office, id, 'PAN')).status, 'COMPLETED', 'nothing is sent before he has looked');
  await ravi.page.keyboard.press('Enter');
  assert.equal(await dialog(ravi).getByLabel('Staff note').inputValue(), 'Looked at it twice.');
  await ravi.button('Hand to a reviewer', dialog(ravi)).click();
  await closed(ravi);
  const { status, waitingOn, reason } = await stepOf(office, id, 'PAN');
  assert.deepEqual([status, waitingOn, reason.staffNote], ['REQUIRES_ACTION', 'REVIEWER', 'Looked at it twice.']);

  // He hears nothing this time: the server refuses what he decides on what he saw.
  let deaf = false;
  await ravi.page.routeWebSocket(/graphql/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => !(deaf && message.includes('trackerEvent')) && socket.send(message));
  });
  await ravi.page.reload();
  await ravi.button('Fail', card(ravi, 'PAN')).click();
  await dialog(ravi).getByLabel('Reason').selectOption('NAME_MISMATCH');
  await dialog(ravi).getByLabel('Staff note').fill('A third time.');
  deaf = true;
  await office.move(pan.id, 'IN_PROGRESS', 'UNDER_REVIEW');
  const answer = ravi.page.waitForResponse(async (response) => (await response.text().catch(() => '')).includes('VERSION_CONFLICT'));
  await ravi.button('Fail', dialog(ravi)).click();
  await answer;
  await news.getByText('Now it is in progress, waiting on the provider').waitFor();
  assert.equal(await dialog(ravi).getByLabel('Staff note').inputValue(), 'A third time.');
  assert.equal((await stepOf(office, id, 'PAN')).status, 'IN_PROGRESS');
  await ravi.button('Go on with what is there now').click();
  await ravi.button('Fail', dialog(ravi)).click();
  await closed(ravi);
  assert.equal((await stepOf(office, id, 'PAN')).status, 'FAILED');
  for (const desk of [ravi, meera]) desk.assertQuiet();
});

test('a hold stops the completion until it is released', limit, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { attempt: id } = await office.link('Zoya Khan', KINDS);
  const [ravi, gauri] = [await sit(t, browser, office, id), await sit(t, browser, office, id, { role: 'AGENT' })];
  await ravi.button('Place a hold').click();
  await ravi.button('Place the hold').click();
  await dialog(ravi).getByText('Choose a reason.', { exact: true }).waitFor();
  await dialog(ravi).getByLabel('Reason').selectOption('SUSPECTED_FRAUD');
  await dialog(ravi).getByLabel('Staff note').fill('The same phone twice.');
  await ravi.button('Place the hold').click();
  await closed(ravi);
  for (const desk of [ravi, gauri]) {
    const banner = desk.page.getByRole('region', { name: 'Active holds' });
    await banner.getByText('Fraud is suspected.').waitFor();
    await banner.getByText(`placed by ${ravi.member.name}`).waitFor();
  }
  await ravi.looks('attempt-held');
  assert.equal(await gauri.page.getByRole('button', { name: 'Release…' }).count(), 0);

  for (const kind of KINDS) await office.move((await stepOf(office, id, kind)).id, 'COMPLETED', 'UNDER_REVIEW');
  await ravi.page.getByText('2 of 2 completed').waitFor();
  assert.equal((await whole(office, id)).state, 'IN_PROGRESS');
  await ravi.button('Release…').click();
  await dialog(ravi).getByText('with this last hold released, the attempt is completed').waitFor();
  await dialog(ravi).getByLabel('Note').fill('Two brothers, one phone.');
  await ravi.button('Release the hold').click();
  await closed(ravi);
  for (const desk of [ravi, gauri]) {
    await desk.page.getByRole('region', { name: 'Active holds' }).waitFor({ state: 'detached' });
    await desk.page.getByText('Two brothers, one phone.').waitFor();
    await tracker(desk).getByText('Attempt: in progress → completed').waitFor();
  }
  const { state, holds } = await whole(office, id);
  assert.equal(state, 'COMPLETED');
  assert.deepEqual(holds, [{ reason: { code: 'SUSPECTED_FRAUD', staffNote: 'The same phone twice.' }, releaseNote: 'Two brothers, one phone.', releasedBy: { name: ravi.member.name } }]);
});

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

test('an attempt is rejected for good; another’s open dialog says so', limit, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { attempt: id } = await office.link('Kabir Das', KINDS);
  const [ravi, meera] = [await sit(t, browser, office, id), await sit(t, browser, office, id)];
  await meera.button('Place a hold').click();
  await dialog(meera).getByLabel('Staff note').fill('Wait for the bank.');
  await ravi.button('Reject…').click();
  await dialog(ravi).getByText('This ends the attempt for good.').waitFor();
  await dialog(ravi).getByLabel('Reason').selectOption('SUSPECTED_FRAUD');
  await dialog(ravi).getByText('For staff only').waitFor();
  await dialog(ravi).getByLabel('Staff note').fill('A forged PAN.');
  await ravi.looks('attempt-reject');
  await ravi.button('Reject for good').click();
  await closed(ravi);
  await dialog(meera).getByRole('alert').getByText('The attempt ended meanwhile: rejected.').waitFor();
  await meera.button('Close', dialog(meera).getByRole('alert')).click();
  for (const desk of [ravi, meera]) {
    await desk.page.getByRole('region', { name: 'Rejection' }).getByText('A forged PAN.').waitFor();
    for (const name of ['Place a hold', 'Reject…']) assert.equal(await desk.button(name).count(), 0, `${name} after the end`);
    assert.equal(await desk.page.getByRole('button', { name: /^(Decide|More)/ }).count(), 0);
  }
  const { state, rejection, holds } = await whole(office, id);
  assert.deepEqual([state, rejection, holds], ['REJECTED', { code: 'SUSPECTED_FRAUD', message: 'Fraud is suspected.', staffNote: 'A forged PAN.' }, []]);
});

test('a viewer sees no button that is not his, and the API refuses him, too', limit, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const { attempt: id } = await office.link('Nisha Menon', KINDS);
  const pan = await stepOf(office, id, 'PAN');
  await office.move(pan.id, 'REQUIRES_ACTION', 'NAME_MISMATCH');
  await office.ask('mutation($input: HoldPlaceInput!) { out: holdPlace(input: $input) { userErrors { message } } }', { input: { attemptId: id, reason: { code: 'UNDER_REVIEW' } } });
  const vikram = await sit(t, browser, office, id, { role: 'VIEWER' });
  await card(vikram, 'PAN').getByText('waits on Reviewer').waitFor();
  await tracker(vikram).getByText('Hold placed').waitFor();
  await vikram.looks('attempt-viewer');
  const buttons = await vikram.page.getByRole('main').getByRole('button').allTextContents();
  assert.deepEqual(buttons, [], 'nothing to press');
  assert.equal(await vikram.page.getByRole('navigation', { name: 'Reviewer’s queue' }).count(), 0);
  await vikram.page.keyboard.press('h');
  assert.equal(await dialog(vikram).count(), 0);

  const { holds } = await office.attempt(id).then(() => office.ask('query($id: ID!) { attempt(id: $id) { holds { id } } }', { id })).then(({ attempt }) => attempt);
  const before = await whole(office, id);
  const reason = { code: 'SUSPECTED_FRAUD' };
  const tries = {
    stepUpdateStatus: { stepId: pan.id, status: 'COMPLETED' }, holdPlace: { attemptId: id, reason }, holdRelease: { holdId: holds[0].id },
    attemptReject: { attemptId: id, reason }, screeningMatchDecide: { matchId: pan.id, decision: 'CLEARED', note: 'x' },
  };
  for (const [name, input] of Object.entries(tries)) {
    const type = `${name[0].toUpperCase()}${name.slice(1)}Input`;
    const { data, errors } = await vikram.ask(`mutation($input: ${type}!) { ${name}(input: $input) { userErrors { message } } }`, { input });
    assert.equal(data[name], null, name);
    assert.deepEqual(errors.map(({ extensions }) => extensions.code), ['FORBIDDEN'], name);
  }
  assert.deepEqual(await whole(office, id), before);
  vikram.assertQuiet();
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
  await ravi.page.route(/\/images\//, (route) => route.abort(), { times: 1 });
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
  assert.equal(vikram.asked.filter((asked) => /image/.test(asked)).length, 0);
  vikram.assertQuiet();
});
