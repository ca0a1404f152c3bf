// Somebody at a desk: a member of a merchant's team, signed in to the dashboard, and a look over every page for what is in the way.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { Merchant } from './merchant.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const PASSWORD = 'four unrelated words do well';

/** A merchant with a team: a server of its own. */
export class Office extends Merchant {
  /** Adds a member with a password, who can sign in. */
  async member(role, name = role.toLowerCase()) {
    const email = `${name}@acme.example`;
    const query = 'mutation($input: MemberCreateInput!) { out: memberCreate(input: $input) { member { id } passwordUrl userErrors { message } } }';
    const { out } = await this.ask(query, { input: { email, name, role } });
    const token = new URL(out.passwordUrl).hash.slice(1);
    const answer = await fetch(`${this.url}/password`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token, password: PASSWORD }),
    });
    assert.ok(answer.ok, `the password was not set: ${answer.status}`);
    return { id: out.member.id, email, name, role };
  }
}

export class Desk {
  complaints = [];
  asked = [];

  /** Sits a member of the office down at a screen of their own, signed in, with the page at `path`. */
  static async take(t, browser, office, { role = 'ADMIN', path = '/', member, ...settings } = {}) {
    const desk = new Desk();
    desk.office = office;
    desk.member = member ?? (await office.member(role, `${role.toLowerCase()}${(office.seats = (office.seats ?? 0) + 1)}`));
    desk.context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...settings });
    t.after(() => desk.context.close());
    const answer = await desk.context.request.post(`${office.url}/session`, {
      data: { merchant: 'acme', email: desk.member.email, password: PASSWORD },
    });
    assert.ok(answer.ok(), `not signed in: ${answer.status()}`);
    await desk.tab(path);
    return desk;
  }

  /** Another tab; it is the one in use from then on. */
  async tab(path) {
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(15_000);
    // The policy's refusals are among these.
    this.page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    this.page.on('pageerror', (error) => this.complaints.push(String(error)));
    this.page.on('request', (request) => this.asked.push(request.url()));
    await this.go(path);
  }

  go(path) {
    return this.page.goto(this.office.url + path);
  }

  heading(name, level = 1) {
    return this.page.getByRole('heading', { level, name });
  }

  button(name, within = this.page) {
    return within.getByRole('button', { name, exact: true });
  }

  /** The row of a customer in the panel. */
  row(customer) {
    return this.page.getByRole('row').filter({ hasText: customer });
  }

  /** Asks the API as this member's browser would: with its cookie. Answers data and errors. */
  ask(query, variables = {}) {
    return this.page.evaluate(async ([query, variables]) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) })).json();
    }, [query, variables]);
  }

  /** Looks the page over: nothing is wider than the screen, axe finds nothing. A picture of it, if a folder is named. */
  async looks(name) {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]), [], name);
    const folder = process.env.KYC_SCREENSHOTS;
    if (folder) await this.page.screenshot({ path: `${folder}/dashboard-${name}.png` });
  }

  /** Nobody was asked but the server, and nothing was complained of but what may be. */
  assertQuiet(but) {
    const hosts = new Set(this.asked.filter((asked) => /^(http|ws)/.test(asked)).map((asked) => new URL(asked).host));
    assert.deepEqual([...hosts], [new URL(this.office.url).host]);
    assert.deepEqual(this.complaints.filter((text) => !but?.test(text)), []);
  }
}
