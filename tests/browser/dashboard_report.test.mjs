// Download KYC report in a real browser: the file is the route's, byte for byte, or there is none.
//   KYC_PROGRAM=…/kyc-stack node --test
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Between } from './between.mjs';
import { Desk, Office } from './desk.mjs';
import { launch, skip as skipBrowser } from './phone.mjs';

const skip = skipServer || skipBrowser;
const KINDS = ['PAN', 'SELFIE'];

/** Two rows of a report, the first with a line break in it; the second is not the last. */
const PART = 'attempt_id,name\r\n1,"two\r\nlines"\r\n2,x\r\n';

/** The rows of a CSV with quotes (RFC 4180), each by its columns' names. */
function parse(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (quoted === undefined && plain === '' && end === '') continue;
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  const [names, ...records] = rows.filter((row) => row.length > 0);
  return records.map((record) => Object.fromEntries(names.map((name, at) => [name, record[at]])));
}

/** The bytes of the route, with the office's key. */
async function route(office, query) {
  const answer = await fetch(`${office.url}/reports/kyc.csv?${query}`, { headers: { authorization: `Bearer ${office.key}` } });
  assert.equal(answer.status, 200);
  return { bytes: Buffer.from(await answer.arrayBuffer()), name: answer.headers.get('content-disposition').match(/"(.+)"/)[1] };
}

/** A browser that puts reports into its downloads; `picker`: that asks where to, and is told the origin's own folder. */
const sit = async (t, browser, office, picker, settings) => {
  const desk = await Desk.take(t, browser, office, { acceptDownloads: true, path: '/settings/keys', ...settings });
  await desk.page.addInitScript((picker) => {
    window.chosen = [];
    window.showSaveFilePicker = picker && (async ({ suggestedName }) => {
      window.chosen.push(suggestedName);
      return (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
    });
  }, picker);
  await desk.go('/report');
  await desk.heading('Download KYC report').waitFor();
  return desk;
};

const files = (page) => page.evaluate(async () => {
  const names = [];
  for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
  return names;
});

test('the report that is downloaded is the route’s', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const hostile = '=HYPERLINK("http://x"), <b>Zoë</b> محمد';
  await office.link(hostile, KINDS);
  const { attempt } = await office.link('Arjun Rao', KINDS);
  await office.reject(attempt);
  const desk = await sit(t, browser, office, false);
  const { page } = desk;
  await desk.looks('report');
  const save = async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), desk.button('Download the report').click()]);
    await desk.heading('The report is saved', 2).waitFor();
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const [from, to] = [await page.getByLabel('From', { exact: true }).inputValue(), await page.getByLabel('To', { exact: true }).inputValue()];

  const wide = await save();
  assert.deepEqual(wide, await route(office, new URLSearchParams({ from, to, time_zone: await page.getByLabel('Time zone').inputValue() })));
  const rows = parse(wide.bytes.toString());
  assert.deepEqual(rows.map(({ state }) => state).sort(), ['CREATED', 'REJECTED']);
  assert.ok(rows.some(({ customer_name: name }) => name === `'${hostile}`), 'a name reads back as it is, and is no formula');
  await page.getByRole('region', { name: 'The saved report' }).getByText(`${(wide.bytes.length / 1000).toFixed(0)} KB`).waitFor();
  await desk.looks('report-saved');

  await page.getByLabel('One row per step').check();
  await page.getByLabel('Ended on these days').check();
  await page.getByLabel('Rejected').check();
  await page.getByLabel('Mark the file for Excel').check();
  await page.getByLabel('Time zone').selectOption('Pacific/Auckland');
  const long = await save();
  assert.deepEqual([...long.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  const days = { from: await page.getByLabel('From', { exact: true }).inputValue(), to: await page.getByLabel('To', { exact: true }).inputValue() };
  const query = new URLSearchParams({ ...days, time_zone: 'Pacific/Auckland', date: 'ended', layout: 'long', state: 'REJECTED', bom: 'true' });
  assert.deepEqual(long, await route(office, query));
  assert.match(long.name, /^kyc-acme-.*-steps\.csv$/);
  assert.equal(parse(long.bytes.subarray(3).toString()).length, KINDS.length);
  await page.getByRole('region', { name: 'The saved report' }).getByText(String(KINDS.length), { exact: true }).waitFor();

  // Who did it is in the log.
  const { activity } = await office.ask('{ activity(first: 10, types: [REPORT_EXPORTED]) { nodes { actor { name } } } }');
  assert.equal(activity.nodes.filter(({ actor }) => actor.name === desk.member.name).length, 2);
  desk.assertQuiet();
});

test('a file that is chosen gets the same bytes', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  await office.link('Meera Nair', KINDS);
  const desk = await sit(t, browser, office, true, { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: 'dark' });
  const { page } = desk;
  await desk.looks('report-360');
  await desk.button('Download the report').click();
  await desk.heading('The report is saved', 2).waitFor();
  const [name] = await page.evaluate(() => window.chosen);
  const text = await page.evaluate(async (name) => (await (await (await navigator.storage.getDirectory()).getFileHandle(name)).getFile()).text(), name);
  const [from, to] = [await page.getByLabel('From', { exact: true }).inputValue(), await page.getByLabel('To', { exact: true }).inputValue()];
  const wanted = await route(office, new URLSearchParams({ from, to, time_zone: await page.getByLabel('Time zone').inputValue() }));
  assert.deepEqual([name, text], [wanted.name, wanted.bytes.toString()]);
  desk.assertQuiet();
});

test('a report that is cut, cancelled or refused leaves no file', { skip, timeout: 120_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const between = await Between.start(t, office.url);
  const headers = { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="kyc-acme.csv"' };
  /** What the route answers from now on; nothing: the server itself. */
  const answers = (how) => {
    between.answer = (path, response) => path.startsWith('/reports/') && Boolean(how) && (how(response), true);
  };

  for (const picker of [false, true]) {
    const desk = await sit(t, browser, office, picker);
    const { page } = desk;
    const downloads = [];
    page.on('download', (download) => downloads.push(download));
    await page.goto(`${between.url}/report`);
    await desk.heading('Download KYC report').waitFor();

    let open;
    answers((response) => {
      open = response.writeHead(200, headers);
      open.write(PART);
    });
    await desk.button('Download the report').click();
    await page.getByText(`2 rows, ${PART.length} bytes so far`).waitFor();
    assert.equal(await desk.button('Download the report').getAttribute('aria-disabled'), 'true');
    // It goes on while somebody looks at another page.
    await page.getByRole('link', { name: 'Overview' }).click();
    await desk.heading('Overview').waitFor();
    await page.getByRole('link', { name: 'KYC report' }).click();
    await page.getByText(`2 rows, ${PART.length} bytes so far`).waitFor();
    open.destroy();
    await page.getByRole('alert').getByText('The report was cut off').waitFor();
    await page.getByText('After 2 rows').waitFor();

    await desk.button('Download the report').click();
    await desk.button('Cancel').click();
    await page.getByText('The report was cancelled. Nothing was saved.').first().waitFor();

    answers((response) => response.writeHead(429, { 'retry-after': '7' }).end('{"errors":[{}]}'));
    await desk.button('Download the report').click();
    await page.getByRole('alert').getByText('Try again in 7 seconds.').waitFor();

    answers((response) => response.writeHead(500).end('{"errors":[{"extensions":{"reference":"ref-1"}}]}'));
    await desk.button('Download the report').click();
    await page.getByRole('alert').getByText('ref-1').waitFor();

    // The route's own refusal is told at its field.
    answers(undefined);
    await page.getByLabel('From', { exact: true }).fill('2001-01-01');
    await desk.button('Download the report').click();
    await page.getByText('A report covers at most 10 years').first().waitFor();
    assert.equal(await page.getByLabel('To', { exact: true }).getAttribute('aria-invalid'), 'true');

    assert.equal(downloads.length, 0);
    assert.deepEqual(await files(page), []);
  }
});

test('a reviewer downloads no report', { skip, timeout: 60_000 }, async (t) => {
  const office = await Office.open(t);
  const browser = await launch(t);
  const desk = await Desk.take(t, browser, office, { role: 'REVIEWER', path: '/report' });
  await desk.page.getByText('Reports are for admins').waitFor();
  assert.equal(await desk.page.getByRole('button', { name: 'Download the report' }).count(), 0);
  const status = await desk.page.evaluate(async () => (await fetch('/reports/kyc.csv?from=2026-01-01&to=2026-01-02')).status);
  assert.equal(status, 403);
});
