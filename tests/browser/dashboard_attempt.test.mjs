// The page of an attempt: what a reviewer decides there, what others see of it at once, and what nobody else may.
//   KYC_PROGRAM=…/kyc-stack node --test
import assert from 'node:assert/strict';
import test from 'node:test';

import { KINDS, card, closed, dialog, limit, sit, stepOf, tracker, whole } from './attempt.mjs';
import { Office } from './desk.mjs';
import { launch } from './phone.mjs';

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
  await news.getByText('It now says: completed').waitFor();
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
  await news.getByText('It now says: in progress, waiting on the provider').waitFor();
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
  for (const [desk, why] of [[ravi, 'Fraud is suspected.'], [gauri, 'Your details are under review.']]) {
    const banner = desk.page.getByRole('region', { name: 'Active holds' });
    await banner.getByText(why).waitFor();
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
  await ravi.page.getByText('Two brothers, one phone.').waitFor();
  for (const desk of [ravi, gauri]) {
    await desk.page.getByRole('region', { name: 'Active holds' }).waitFor({ state: 'detached' });
    await tracker(desk).getByText('Attempt: in progress → completed').waitFor();
  }
  // Who may talk to the customer does not learn who is suspected.
  for (const word of ['Two brothers', 'SUSPECTED_FRAUD', 'The same phone']) assert.equal(await gauri.page.getByText(word).count(), 0);
  const { state, holds } = await whole(office, id);
  assert.equal(state, 'COMPLETED');
  assert.deepEqual(holds, [{ reason: { code: 'SUSPECTED_FRAUD', staffNote: 'The same phone twice.' }, releaseNote: 'Two brothers, one phone.', releasedBy: { name: ravi.member.name } }]);
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
