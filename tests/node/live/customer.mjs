// A customer's browser, as far as the wire goes: a link's token becomes a cookie, and the cookie opens `/journey/graphql`.
import assert from 'node:assert/strict';

import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

const FOLLOW = 'subscription { journeyChanged { state consentedAt steps { kind status } } }';

export class Customer {
  #nonce;
  #cookie;

  constructor(url, nonce) {
    this.url = url;
    this.#nonce = `${nonce}-made-up-by-the-tests`;
  }

  /** Opens a link in a browser of its own. */
  static async open(url, link, nonce) {
    const customer = new Customer(url, nonce);
    const response = await fetch(`${url}/journey/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: new URL(link).hash.slice(1), nonce: customer.#nonce }),
    });
    assert.equal(response.status, 200, await response.text());
    customer.#cookie = response.headers.getSetCookie()[0].split(';')[0];
    return customer;
  }

  async #ask(query, variables) {
    const response = await fetch(`${this.url}/journey/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: this.#cookie, origin: this.url },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined, JSON.stringify(errors));
    assert.deepEqual(data.out?.userErrors ?? [], []);
    return data;
  }

  async consent() {
    const { journey } = await this.#ask('{ journey { consentTextVersion } }');
    const input = { accepted: true, language: 'en', textVersion: journey.consentTextVersion };
    await this.#ask('mutation($input: JourneyConsentInput!) { out: journeyConsent(input: $input) { userErrors { message } } }', { input });
  }

  async pan(pan) {
    const input = { pan, nameOnCard: 'Asha Rao' };
    await this.#ask('mutation($input: JourneyPanSubmitInput!) { out: journeyPanSubmit(input: $input) { userErrors { message } } }', { input });
  }

  /** Follows the journey over a WebSocket. */
  byWebSocket() {
    const cookie = this.#cookie;
    class Known extends WebSocket {
      constructor(address, protocols) {
        super(address, protocols, { headers: { cookie } });
      }
    }
    const followed = new Followed();
    const client = createWs({
      url: `${this.url.replace(/^http/, 'ws')}/journey/graphql`,
      webSocketImpl: Known,
      lazy: true,
      retryAttempts: 0,
      on: { closed: ({ code }) => followed.ended(code) },
    });
    const stop = client.subscribe({ query: FOLLOW }, { next: (result) => followed.told(result), error: () => undefined, complete() {} });
    followed.stop = () => (stop(), client.dispose());
    return followed;
  }

  /** Follows it over an event stream. */
  byEvents() {
    const followed = new Followed();
    const client = createSse({
      url: `${this.url}/journey/graphql`,
      headers: { cookie: this.#cookie, origin: this.url },
      retryAttempts: 0,
    });
    const over = () => followed.ended(followed.code);
    const stop = client.subscribe({ query: FOLLOW }, { next: (result) => followed.told(result), error: over, complete: over });
    followed.stop = () => (stop(), client.dispose());
    return followed;
  }
}

/** What somebody who follows a journey was told. */
class Followed {
  journeys = [];
  code;
  #waiting = [];
  #over;
  /** Why it is over: the code of the socket's close, or of the stream's error. */
  end = new Promise((over) => (this.#over = over));

  told({ data, errors }) {
    if (errors) return void (this.code = errors[0].extensions.code);
    this.journeys.push(data.journeyChanged);
    const ready = this.#waiting.filter(({ is }) => is(data.journeyChanged));
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    ready.forEach(({ done }) => done(data.journeyChanged));
  }

  ended(code) {
    this.#over(code);
  }

  /** The journey when it was told to be so. */
  sees(is) {
    const found = this.journeys.find(is);
    return found ?? new Promise((done) => this.#waiting.push({ is, done }));
  }
}
