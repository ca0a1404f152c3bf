// A merchant with links to give out, on a server of its own.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { atEnd } from '../node/live/at-end.mjs';
import { OwnServer, createMerchant, freshDatabase } from '../node/live/own-server.mjs';

export class Merchant {
  /** `flags` are of its creation, `settings` of its server. */
  static async open(t, { flags = [], settings = {} } = {}) {
    const database = await freshDatabase(t);
    const images = await mkdtemp(join(tmpdir(), 'kyc-stack-images-'));
    atEnd(t, () => rm(images, { recursive: true, force: true }));
    const merchant = new this();
    merchant.key = await createMerchant(database, 'acme', ...flags);
    merchant.server = await OwnServer.start(t, database, { KYC_IMAGES: `file:${images}`, ...settings });
    merchant.url = merchant.server.url;
    await merchant.ask('mutation($input: BrandingUpdateInput!) { out: brandingUpdate(input: $input) { userErrors { message } } }', {
      input: { displayName: 'Acme Lending', primaryColor: '#0b6e4f', backgroundColor: '#f3f7f4', cornerRadius: 14, supportEmail: 'help@acme.example' },
    });
    await merchant.ask('mutation($input: MerchantUpdateInput!) { out: merchantUpdate(input: $input) { userErrors { message } } }', {
      input: { redirectOrigins: [merchant.url] },
    });
    return merchant;
  }

  /** The data of an operation that has to succeed. */
  async ask(query, variables = {}) {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined, JSON.stringify(errors));
    assert.deepEqual(data.out?.userErrors ?? [], []);
    return data;
  }

  /** A link for a new customer: its URL, and the attempt's id. */
  async link(name, steps) {
    const input = { customer: { name }, steps, validityHours: 24, redirectUrl: `${this.url}/?verified` };
    const query = 'mutation($input: KycLinkGenerateInput!) { out: kycLinkGenerate(input: $input) { url attempt { id } userErrors { field message } } }';
    const { out } = await this.ask(query, { input });
    return { url: out.url, attempt: out.attempt.id };
  }

  /** The attempt as the team sees it. */
  async attempt(id) {
    const query = `query($id: ID!) { attempt(id: $id) {
      state steps { id kind status tries } tracker(first: 100) { nodes { type } } } }`;
    return (await this.ask(query, { id })).attempt;
  }

  /** The attempt when a step of it has completed. */
  async completed(id, kind) {
    for (;;) {
      const attempt = await this.attempt(id);
      if (attempt.steps.some((step) => step.kind === kind && step.status === 'COMPLETED')) return attempt;
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  async #change(name, input) {
    const type = `${name[0].toUpperCase()}${name.slice(1)}Input`;
    await this.ask(`mutation($input: ${type}!) { out: ${name}(input: $input) { userErrors { field message } } }`, { input });
  }

  /** Moves a step, as a reviewer does. */
  move(stepId, status, code) {
    return this.#change('stepUpdateStatus', { stepId, status, reason: { code } });
  }

  /** A reviewer lets every step pass that waits on one. */
  async review(id) {
    const { steps } = await this.attempt(id);
    for (const step of steps.filter(({ status }) => status === 'REQUIRES_ACTION')) await this.move(step.id, 'COMPLETED', 'UNDER_REVIEW');
  }

  /** Gives the merchant a logo. */
  async logo(bytes) {
    const headers = { authorization: `Bearer ${this.key}` };
    const response = await fetch(`${this.url}/merchant/logo`, { method: 'PUT', headers, body: bytes });
    assert.equal(response.status, 200, await response.text());
  }

  /** A new link in place of an attempt's: its URL. */
  async fresh(attemptId) {
    const query = 'mutation($input: KycLinkResendInput!) { out: kycLinkResend(input: $input) { url userErrors { field message } } }';
    return (await this.ask(query, { input: { attemptId } })).out.url;
  }

  resend(attemptId) {
    return this.#change('kycLinkResend', { attemptId });
  }

  revoke(attemptId) {
    return this.#change('kycLinkRevoke', { attemptId });
  }

  reject(attemptId) {
    return this.#change('attemptReject', { attemptId, reason: { code: 'CUSTOMER_WITHDREW' } });
  }
}
