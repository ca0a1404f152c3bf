// A customer walks a journey of the sandbox on a small phone.
//   KYC_PROGRAM=…/kyc-stack node --test journey.test.mjs
// KYC_SCREENSHOTS names a folder for a picture of every page.
import assert from 'node:assert/strict';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Merchant } from './merchant.mjs';
import { Phone, launch, skip as skipBrowser } from './phone.mjs';
import { texts } from './texts.mjs';

const skip = skipServer || skipBrowser;
const KINDS = ['DIGILOCKER_AADHAAR', 'PAN', 'BANK_PENNY_DROP', 'SELFIE', 'SIGNATURE'];

async function bank(phone, t, number) {
  await phone.fill(t('bank.holder.label'), 'Asha Review');
  await phone.fill(t('bank.account.label'), number);
  await phone.fill(t('bank.again.label'), number);
  await phone.fill(t('bank.ifsc.label'), 'SBIN0001234');
  await phone.press(t('bank.submit'));
}

/** The whole of it: a failure, a retry, and a review on the way. */
async function walk(phone, t, merchant) {
  const { page } = phone;
  const { url, attempt } = await merchant.link('Asha Review', KINDS);
  await page.goto(url);
  await phone.sees(t('consent.title'), 'consent');
  assert.equal(new URL(page.url()).hash, '');
  await phone.press(t('consent.no'));
  await phone.sees(t('declined.title'), 'declined');
  await phone.press(t('declined.again'));
  await phone.press(t('consent.yes'));

  await phone.sees(t('kind.DIGILOCKER_AADHAAR'), 'digilocker');
  await phone.press(t('digilocker.start'));
  await phone.sees(t('standin.title'), 'stand-in');
  await phone.press(t('outcome.decline'));
  await page.getByText(t('reason.CONSENT_DECLINED')).waitFor();
  await phone.sees(t('kind.DIGILOCKER_AADHAAR'), 'digilocker-declined');
  await phone.press(t('digilocker.start'));
  await phone.press(t('outcome.pass'));

  await phone.heading(t('kind.PAN')).waitFor();
  await phone.fill(t('pan.label'), 'ABCPE0002');
  await phone.press(t('pan.submit'));
  await page.getByText(t('pan.fault.length')).waitFor();
  await page.getByText(t('name.fault.empty')).waitFor();
  await phone.sees(t('kind.PAN'), 'pan-faults');
  await phone.fill(t('pan.label'), 'ABCPE0002F');
  await phone.fill(t('pan.name.label'), 'Asha Review');
  await phone.press(t('pan.submit'));
  await page.getByText(t('reason.PAN_NOT_FOUND')).waitFor();
  await phone.sees(t('kind.PAN'), 'pan-failed');
  await phone.fill(t('pan.label'), 'abcpe 0001 f');
  await phone.fill(t('pan.name.label'), 'Asha Review');
  await phone.press(t('pan.submit'));

  await phone.sees(t('kind.BANK_PENNY_DROP'), 'bank');
  await page.getByText(t('sandbox.values')).click();
  await page.getByRole('rowheader', { name: '0001' }).waitFor();
  await phone.sees(t('kind.BANK_PENNY_DROP'), 'bank-values');
  await bank(phone, t, '123456780001');

  await phone.sees(t('kind.SELFIE'), 'selfie');
  await phone.press(t('selfie.camera'));
  await page.locator('video').evaluate((video) => video.readyState >= 2 || new Promise((ready) => video.addEventListener('loadeddata', ready)));
  await phone.sees(t('kind.SELFIE'), 'selfie-camera');
  await phone.press(t('selfie.shoot'));
  await phone.press(t('selfie.retake'));
  await phone.press(t('selfie.camera'));
  await page.locator('video').evaluate((video) => video.readyState >= 2 || new Promise((ready) => video.addEventListener('loadeddata', ready)));
  await phone.press(t('selfie.shoot'));
  await phone.sees(t('kind.SELFIE'), 'selfie-preview');
  await phone.press(t('picture.use'));

  await phone.sees(t('kind.SIGNATURE'), 'signature');
  await phone.press(t('signature.done'));
  await page.getByText(t('signature.empty')).waitFor();
  await phone.sign();
  await phone.press(t('signature.done'));
  await phone.sees(t('kind.SIGNATURE'), 'signature-preview');
  await phone.press(t('picture.use'));

  await phone.sees(t('review.title'), 'review');
  await merchant.review(attempt);
  // Nobody touches the page.
  await phone.sees(t('completed.title'), 'completed');
  // What the merchant's own page says is not ours: here it is a dashboard, to which nobody is signed in.
  assert.deepEqual(phone.complaints, []);
  await page.getByRole('link', { name: t('back', { merchant: 'Acme Lending' }) }).click();
  await page.waitForURL(`${merchant.url}/?verified`);

  const { state, steps, tracker } = await merchant.attempt(attempt);
  assert.equal(state, 'COMPLETED');
  // What was asked for again cost no try; what failed did.
  assert.deepEqual(steps.map(({ kind, tries }) => [kind, tries]), KINDS.map((kind) => [kind, kind === 'PAN' ? 2 : 1]));
  assert.ok(tracker.nodes.some(({ type }) => type === 'JOURNEY_CONSENTED'));
  const hosts = new Set(phone.asked.filter((asked) => !asked.startsWith('data:')).map((asked) => new URL(asked).host));
  assert.deepEqual([...hosts], [new URL(merchant.url).host]);
}

test('a journey in the browser of a phone', { skip }, async (t) => {
  const merchant = await Merchant.open(t);
  const browser = await launch(t);

  for (const language of ['en-IN', 'hi-IN']) {
    await t.test(`the whole walk, ${language}`, async (t) => {
      await walk(await Phone.take(t, browser, language), await texts(language.slice(0, 2)), merchant);
    });
  }
});
