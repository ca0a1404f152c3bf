// The pages of a journey on which nothing is filled in, and those that few customers see: each in both languages, on a small phone.
//   KYC_PROGRAM=…/kyc-stack node --test journey_views.test.mjs
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import test from 'node:test';

import { freePort, skip as skipServer } from '../node/live/own-server.mjs';
import { Merchant } from './merchant.mjs';
import { Phone, launch, skip as skipBrowser } from './phone.mjs';
import { texts } from './texts.mjs';

const skip = skipServer || skipBrowser;
const LANGUAGES = ['en-IN', 'hi-IN'];
const merchantName = 'Acme Lending';

/** The link is as the server tells it, but for one word of it, which takes time to come true. */
async function said(page, path, change) {
  await page.route(path, async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    change(json);
    await route.fulfill({ response, json });
  });
}

/** A logo on transparent ground, 320 × 96 pixels. */
async function logo(page) {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [320, 96];
    const context = canvas.getContext('2d');
    context.fillStyle = '#0b6e4f';
    context.beginPath();
    context.arc(48, 48, 40, 0, 7);
    context.fill();
    context.font = 'bold 60px sans-serif';
    context.fillText('acme', 108, 68);
    return canvas.toDataURL('image/png');
  });
  return Buffer.from(url.split(',')[1], 'base64');
}

async function enter(phone, t, url) {
  await phone.page.goto(url);
  await phone.press(t('consent.yes'));
}

async function pan(phone, t, number) {
  await phone.heading(t('kind.PAN')).waitFor();
  await phone.fill(t('pan.label'), number);
  await phone.fill(t('pan.name.label'), 'Asha Rao');
  await phone.press(t('pan.submit'));
}

test('views that few see, in the sandbox', { skip }, async (suite) => {
  const merchant = await Merchant.open(suite);
  const browser = await launch(suite);
  const maker = await Phone.take(suite, browser, 'en-IN');
  await maker.page.goto(`${merchant.url}/k`);
  await merchant.logo(await logo(maker.page));

  for (const language of LANGUAGES) {
    const t = await texts(language.slice(0, 2));
    const phone = (test, settings) => Phone.take(test, browser, language, settings);

    await suite.test(`links that open nothing, ${language}`, async (test) => {
      const one = await phone(test);
      await one.page.goto(`${merchant.url}/k#somebody-guessed-this`);
      await one.sees(t('link.unknown.title'), 'link-unknown');
      await one.page.goto(`${merchant.url}/`);
      await one.page.goto(`${merchant.url}/k`);
      await one.sees(t('missing.title'), 'link-missing');
      const made = await merchant.link('Asha Rao', ['PAN']);
      await merchant.revoke(made.attempt);
      await one.page.goto(made.url);
      await one.sees(t('link.revoked.title'), 'link-revoked');
      // Links expire after hours.
      await said(one.page, '**/journey/session', ({ errors }) => (errors[0].extensions.link = 'EXPIRED'));
      await one.page.goto(`${merchant.url}/`);
      await one.page.goto(made.url);
      await one.sees(t('link.expired.title'), 'link-expired');
      await one.page.getByText(t('link.expired.text', { merchant: merchantName })).waitFor();
      await one.page.unroute('**/journey/session');
      const over = await merchant.link('Asha Rao', ['PAN']);
      await merchant.reject(over.attempt);
      await one.page.goto(`${merchant.url}/`);
      await one.page.goto(over.url);
      await one.sees(t('link.ended.title'), 'link-ended');
      // The merchant's logo, whose words are its name.
      const logo = one.page.getByRole('img', { name: merchantName });
      assert.deepEqual(await logo.evaluate((image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight])), [320, 96]);
      assert.deepEqual(one.complaints.filter((text) => !/status of 4(01|10)/.test(text)), []);
    });

    await suite.test(`a journey that ends while it is open, ${language}`, async (test) => {
      const one = await phone(test);
      const made = await merchant.link('Asha Rao', ['PAN']);
      await enter(one, t, made.url);
      await one.heading(t('kind.PAN')).waitFor();
      await merchant.reject(made.attempt);
      await one.sees(t('rejected.title'), 'rejected');
      await one.page.route('**/journey/graphql?query=*', (route) => route.abort());
      await said(one.page, '**/journey/graphql', ({ data }) => (data.journey.state = 'EXPIRED'));
      await one.page.reload();
      await one.sees(t('expired.title'), 'expired');
    });

    await suite.test(`a link that is opened too often, ${language}`, async (test) => {
      const { url, attempt } = await merchant.link('Asha Rao', ['PAN']);
      const token = new URL(url).hash.slice(1);
      for (let at = 0; at < 10; at += 1) {
        const body = JSON.stringify({ token, nonce: `browser-${at}-of-somebody` });
        const opened = await fetch(`${merchant.url}/journey/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        assert.equal(opened.status, 200);
      }
      const one = await phone(test);
      await one.page.goto(url);
      await one.sees(t('busy.title'), 'link-busy');
      // When: a time of day, within the hour.
      const text = await one.page.locator('.card p').first().innerText();
      assert.match(text, /\d{1,2}:\d\d/);
      await one.press(t('again'));
      await one.heading(t('busy.title')).waitFor();
      // The tab remembers the link: when it may be opened again, it is.
      await one.page.route('**/journey/session', async (route) => {
        const fresh = await merchant.fresh(attempt);
        const { nonce } = route.request().postDataJSON();
        await route.continue({ postData: JSON.stringify({ token: new URL(fresh).hash.slice(1), nonce }) });
      });
      await one.press(t('again'));
      await one.heading(t('consent.title')).waitFor();
      assert.equal(await one.page.evaluate(() => sessionStorage.getItem('kyc:token')), null);
    });

    await suite.test(`a provider that is down, a camera that is denied, no network, ${language}`, async (test) => {
      const one = await phone(test);
      await one.page.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      });
      const { url, attempt } = await merchant.link('Asha Rao', ['PAN', 'SELFIE']);
      await enter(one, t, url);
      await pan(one, t, 'ABCPE0006F');
      await one.sees(t('checking.title'), 'provider-down');
      // Meanwhile the customer goes on.
      await one.sees(t('kind.SELFIE'), 'selfie-beside');
      await one.press(t('selfie.camera'));
      await one.page.getByText(t('selfie.denied')).waitFor();
      await one.sees(t('kind.SELFIE'), 'camera-denied');
      await one.context.setOffline(true);
      await one.page.getByText(t('offline')).waitFor();
      await one.sees(t('kind.SELFIE'), 'offline-camera');
      await one.context.setOffline(false);
      await one.page.getByText(t('offline')).waitFor({ state: 'detached' });
      const file = { name: 'me.png', mimeType: 'image/png', buffer: await one.drawn(300, 400) };
      await one.page.locator('input[type=file]').setInputFiles(file);
      await one.press(t('picture.use'));
      await one.sees(t('checking.title'), 'checking-last');
      const { steps } = await merchant.attempt(attempt);
      assert.deepEqual(steps.map(({ tries }) => tries), [1, 1]);
      await merchant.move(steps[0].id, 'REQUIRES_ACTION', 'PROVIDER_UNAVAILABLE');
      await one.page.getByText(t('reason.PROVIDER_UNAVAILABLE')).waitFor();
      await one.sees(t('kind.PAN'), 'provider-later');
    });

    await suite.test(`what the customer does not see is not finished, ${language}`, async (test) => {
      const one = await phone(test);
      const { url } = await merchant.link('Asha Rao', ['PAN', 'SANCTION_SCREENING']);
      await enter(one, t, url);
      await pan(one, t, 'ABCPE0001F');
      await one.sees(t('review.title'), 'review-secret');
      // As long as a machine is at it.
      await one.page.route('**/journey/graphql?query=*', (route) => route.abort());
      await said(one.page, '**/journey/graphql', ({ data }) => (data.journey.underReview = false));
      await one.page.reload();
      await one.sees(t('waiting.title'), 'waiting');
      await one.page.getByRole('link', { name: t('back', { merchant: merchantName }) }).waitFor();
    });

    await suite.test(`back to the merchant by itself, ${language}`, async (test) => {
      const one = await phone(test);
      await one.page.clock.install();
      const { url } = await merchant.link('Asha Rao', ['PAN']);
      await enter(one, t, url);
      await pan(one, t, 'ABCPE0001F');
      await one.page.clock.fastForward(1000);
      await one.sees(t('completed.title'), 'completed-leaving');
      await one.page.getByRole('button', { name: t('stay') }).waitFor();
      await one.page.clock.runFor(16_000);
      await one.page.waitForURL(`${merchant.url}/?verified`);
    });
  }
});

test('views of live mode', { skip }, async (suite) => {
  // A provider whose machine is there, and nobody listens.
  const nobody = await freePort();
  const merchant = await Merchant.open(suite, {
    flags: ['--live'],
    settings: {
      KYC_SETU_URL: `http://127.0.0.1:${nobody}`, KYC_SETU_CLIENT_ID: 'id', KYC_SETU_CLIENT_SECRET: 'made-up', KYC_SETU_DIGILOCKER: 'instance',
    },
  });
  const browser = await launch(suite);
  for (const language of LANGUAGES) {
    await suite.test(`live, ${language}`, async (test) => {
      const t = await texts(language.slice(0, 2));
      const one = await Phone.take(test, browser, language);
      const { url } = await merchant.link('Asha Rao', ['DIGILOCKER_AADHAAR', 'PAN']);
      await one.page.goto(url);
      await one.sees(t('consent.title'), 'live-consent');
      assert.equal(await one.page.getByText(t('sandbox.label')).count(), 0);
      await one.press(t('consent.yes'));
      await one.press(t('digilocker.start'));
      await one.page.getByText(t('reason.PROVIDER_UNAVAILABLE')).waitFor();
      await one.sees(t('kind.DIGILOCKER_AADHAAR'), 'live-digilocker-down');
      // A step that nobody performs is a reviewer's.
      const { url: other } = await merchant.link('Asha Rao', ['PAN']);
      await one.page.goto(`${merchant.url}/`);
      await enter(one, t, other);
      await pan(one, t, 'ABCPE0001F');
      await one.sees(t('review.title'), 'live-review');
    });
  }
});
