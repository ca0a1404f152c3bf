// The demo in a real browser: a person asks its explorer for `stepChanged`, and sees steps move; and so does a page of one's own.
//   KYC_PROGRAM=…/kyc-stack node --test
// KYC_CHROMIUM is the browser, if it is not /usr/bin/chromium; KYC_SCREENSHOT a file for a picture of what was seen.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';

import { chromium } from 'playwright-core';

import { CuttingProxy } from '../node/live/cutting.mjs';
import { demo, skip as skipDemo } from './demo.mjs';

const executablePath = process.env.KYC_CHROMIUM ?? '/usr/bin/chromium';
const skip = skipDemo || (existsSync(executablePath) ? false : `no Chromium at ${executablePath}`);

const SUBSCRIPTION = `subscription {
  stepChanged { cursor at from to step { kind } attempt { number state customer { name } } }
}`;

/** A recipe of README.md for a page: its text without what makes it a module. */
const recipe = (name) =>
  readFileSync(new URL(`../node/recipes/${name}`, import.meta.url), 'utf8').replaceAll(/^import .*$|^export /gm, '');

test('steps are seen as they move', { skip, timeout: 120_000, concurrency: 4 }, async (t) => {
  const { url, key, member } = await demo(t);
  // In a folder of its own, which goes with it.
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
  t.after(() => browser.close());

  await Promise.all([
    t.test('with the key from the headers editor, which beats the one above', async (t) => {
      const explorer = await Explorer.open(t, browser, url);
      await explorer.useKey('kyc_test_nobody');
      await explorer.page.getByRole('button', { name: 'Headers' }).click();
      await explorer.write('.graphiql-editor-tool .graphiql-editor:not(.hidden)', JSON.stringify({ Authorization: `Bearer ${key}` }));
      // The schema was not shown to nobody.
      explorer.complaints.length = 0;
      await explorer.watch(process.env.KYC_SCREENSHOT);
      assert.deepEqual(explorer.sent[0], { type: 'connection_init', payload: { authorization: `Bearer ${key}` } });

      // And so it is over HTTP.
      await explorer.run('{ viewer { kind role } }');
      await explorer.page.waitForFunction(() => /"role": "ADMIN"/.test(document.querySelector('.result-window').innerText));
    }),

    t.test('with the key from the form above', async (t) => {
      const explorer = await Explorer.open(t, browser, url);
      await explorer.useKey(key);
      explorer.complaints.length = 0;
      await explorer.watch();
    }),

    t.test('signed in, with the cookie', async (t) => {
      const explorer = await Explorer.open(t, browser, url);
      await explorer.signIn(member);
      await explorer.page.reload();
      explorer.complaints.length = 0;
      await explorer.watch();
      assert.deepEqual(explorer.sent[0], { type: 'connection_init', payload: {} });
    }),

    t.test('by the EventSource of the browser, which comes back where it was', async (t) => {
      const proxy = await CuttingProxy.start(t, new URL(url).port, 1);
      const explorer = await Explorer.open(t, browser, `http://127.0.0.1:${proxy.port}`);
      const { page } = explorer;
      await explorer.signIn(member);
      const recipes = ['documents.mjs', 'resuming.mjs', 'event-source.mjs'].map(recipe).join('\n');
      await page.evaluate(`${recipes}
        globalThis.seen = [];
        globalThis.ask = async (query) => {
          const headers = { 'content-type': 'application/json' };
          return (await (await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) })).json()).data;
        };
        ask('{ eventCursor }').then(({ eventCursor }) =>
          follow('/graphql', eventCursor, (change) => seen.push(change.cursor), (problem) => seen.push(String(problem))));
      `);
      await page.waitForFunction(() => seen.length >= 1);
      // In the midst of an event that is on its way.
      while (proxy.cuts < 2) {
        proxy.arm(200);
        await page.waitForFunction((had) => seen.length > had, await page.evaluate(() => seen.length));
      }
      const activity = '{ activity(first: 100, types: [STEP_STATUS_CHANGED]) { nodes { cursor } } }';
      const [seen, log] = await page.evaluate(async (activity) => {
        const { nodes } = (await ask(activity)).activity;
        return [seen, nodes.map(({ cursor }) => cursor).reverse()];
      }, activity);
      const from = log.indexOf(seen[0]);
      assert.deepEqual(seen, log.slice(from, from + seen.length));
    }),
  ]);
});

/** The explorer in a page of its own: what it complains of, whom it asks, and what its sockets say. */
class Explorer {
  complaints = [];
  asked = [];
  sent = [];
  sockets = [];

  static async open(t, browser, url) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    t.after(() => context.close());
    const explorer = new Explorer();
    explorer.url = url;
    explorer.page = await context.newPage();
    explorer.#listen();
    await explorer.page.goto(`${url}/graphiql`);
    await explorer.page.locator('.graphiql-container').waitFor();
    return explorer;
  }

  #listen() {
    // The policy's refusals are among these.
    this.page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    this.page.on('pageerror', (error) => this.complaints.push(String(error)));
    this.page.on('request', (request) => this.asked.push(request.url()));
    this.page.on('websocket', (socket) => {
      this.asked.push(socket.url());
      this.sockets.push(new Promise((closed) => socket.on('close', closed)));
      socket.on('framesent', ({ payload }) => this.sent.push(JSON.parse(payload)));
    });
  }

  /** Signs a member in, as a dashboard does. */
  async signIn(member) {
    const status = await this.page.evaluate(async (member) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/session', { method: 'POST', headers, body: JSON.stringify(member) })).status;
    }, member);
    assert.equal(status, 200);
  }

  /** Gives a key to the form above the explorer. */
  async useKey(key) {
    await this.page.locator('#key').fill(key);
    await this.page.locator('#key-form button[type=submit]').click();
  }

  /** Puts a text where an editor had another, as a paste does. */
  async write(editor, text) {
    await this.page.locator(`${editor} .CodeMirror`).click();
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.insertText(text);
  }

  async run(document) {
    await this.write('.graphiql-query-editor', document);
    await this.page.locator('.graphiql-execute-button').click();
  }

  /** Follows the steps until two have moved, and stops. Nobody was asked but the server, and nothing was complained of. */
  async watch(screenshot) {
    await this.run(SUBSCRIPTION);
    const cursors = new Set();
    for (let shown = ''; cursors.size < 2; ) {
      const changed = await this.page.waitForFunction((shown) => {
        const now = document.querySelector('.result-window .CodeMirror').CodeMirror.getValue();
        return now !== shown && now;
      }, shown);
      shown = await changed.jsonValue();
      const { stepChanged } = JSON.parse(shown).data ?? assert.fail(shown);
      assert.match(stepChanged.step.kind, /^[A-Z_]+$/);
      assert.ok(stepChanged.from !== stepChanged.to && stepChanged.attempt.customer.name, shown);
      cursors.add(stepChanged.cursor);
    }
    if (screenshot) await this.page.screenshot({ path: screenshot });
    await this.page.locator('.graphiql-execute-button').click();
    assert.equal(this.sockets.length, 1);
    await this.sockets[0];
    assert.deepEqual(this.sent.map(({ type }) => type), ['connection_init', 'subscribe', 'complete']);
    const hosts = new Set(this.asked.filter((asked) => !asked.startsWith('data:')).map((asked) => new URL(asked).host));
    assert.deepEqual([...hosts], [new URL(this.url).host]);
    assert.deepEqual(this.complaints, []);
  }
}
