// The dashboard of a merchant with ten thousand attempts: it asks for pages.
//   KYC_PROGRAM=…/kyc-stack node --test
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';

import { OwnServer, freshDatabase, skip as skipServer } from '../node/live/own-server.mjs';
import { launch, skip as skipBrowser } from './phone.mjs';

const skip = skipServer || skipBrowser;
const PASSWORD = 'four unrelated words do well';

test('ten thousand attempts are asked for in pages', { skip, timeout: 300_000 }, async (t) => {
  const database = await freshDatabase(t);
  const args = ['seed', '--customers', '3400', '--attempts-per-customer', '3', '--seed', '7'];
  const { stdout } = await promisify(execFile)(process.env.KYC_PROGRAM, args, { env: { ...process.env, KYC_DATABASE_URL: database } });
  const { passwordUrl, adminApiKey } = JSON.parse(stdout);
  const { url } = await OwnServer.start(t, database);
  const post = (path, body, headers) =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  assert.ok((await post('/password', { token: new URL(passwordUrl).hash.slice(1), password: PASSWORD })).ok);
  const query = '{ merchant { slug members { email } } }';
  const { data } = await (await post('/graphql', { query }, { authorization: `Bearer ${adminApiKey}` })).json();

  const browser = await launch(t);
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  const answers = [];
  page.on('response', async (response) => {
    if (response.url().endsWith('/graphql')) answers.push((await response.body().catch(() => '')).length);
  });
  await page.context().request.post(`${url}/session`, {
    data: { merchant: data.merchant.slug, email: data.merchant.members[0].email, password: PASSWORD },
  });
  await page.goto(url);
  await page.getByText('10,200 attempts').waitFor();
  const seen = new Set();
  for (let turn = 0; turn < 4; turn += 1) {
    const links = page.getByRole('row').getByRole('link');
    await page.waitForFunction((seen) => ![...document.querySelectorAll('tr a')].some((link) => seen.includes(link.href)), [...seen]);
    for (const link of await links.all()) seen.add(await link.evaluate(({ href }) => href));
    await page.getByRole('button', { name: 'Next' }).click();
  }
  assert.equal(seen.size, 100);
  assert.ok(Math.max(...answers) < 100_000, `an answer of ${Math.max(...answers)} bytes`);
});
