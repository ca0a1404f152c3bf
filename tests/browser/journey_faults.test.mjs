// What goes wrong on the way through a journey, and what the customer then sees.
//   KYC_PROGRAM=…/kyc-stack node --test journey_faults.test.mjs
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Merchant } from './merchant.mjs';
import { Phone, launch, skip as skipBrowser } from './phone.mjs';
import { texts } from './texts.mjs';

const skip = skipServer || skipBrowser;
const t = await texts('en');
const merchantName = 'Acme Lending';

async function consented(phone, url) {
  await phone.page.goto(url);
  await phone.press(t('consent.yes'));
}

async function pan(phone, number) {
  await phone.heading(t('kind.PAN')).waitFor();
  await phone.fill(t('pan.label'), number);
  await phone.fill(t('pan.name.label'), 'Asha Rao');
  await phone.press(t('pan.submit'));
}

test('a journey in which things go wrong', { skip }, async (suite) => {
  const merchant = await Merchant.open(suite);
  const browser = await launch(suite);
  const phone = (test, settings) => Phone.take(test, browser, 'en-IN', settings);

  await suite.test('a link that is none, one that was withdrawn, replaced, or is over, and no link', async (test) => {
    const one = await phone(test);
    await one.page.goto(`${merchant.url}/k#somebody-guessed-this`);
    await one.sees(t('link.unknown.title'), 'link-unknown');
    await one.page.goto(`${merchant.url}/`);
    await one.page.goto(`${merchant.url}/k`);
    await one.sees(t('missing.title'), 'link-missing');

    const replaced = await merchant.link('Asha Rao', ['PAN']);
    await merchant.resend(replaced.attempt);
    await one.page.goto(replaced.url);
    await one.sees(t('link.replaced.title'), 'link-replaced');
    const revoked = await merchant.link('Asha Rao', ['PAN']);
    await merchant.revoke(revoked.attempt);
    await one.page.goto(revoked.url);
    await one.sees(t('link.revoked.title'), 'link-revoked');
    await one.page.getByText(t('link.revoked.text', { merchant: merchantName })).waitFor();
    const ended = await merchant.link('Asha Rao', ['PAN']);
    await merchant.reject(ended.attempt);
    await one.page.goto(ended.url);
    await one.sees(t('link.ended.title'), 'link-ended');
    await one.page.getByText(t('sandbox.label')).waitFor();
  });

  await suite.test('a link that is withdrawn while its page is open', async (test) => {
    const one = await phone(test);
    const { url, attempt } = await merchant.link('Asha Rao', ['PAN']);
    await consented(one, url);
    await one.heading(t('kind.PAN')).waitFor();
    await merchant.revoke(attempt);
    await one.sees(t('elsewhere.title'), 'withdrawn');
  });

  await suite.test('the answer to the exchange is lost, and the page is loaded anew', async (test) => {
    const one = await phone(test);
    const { url } = await merchant.link('Asha Rao', ['PAN']);
    let lost = 0;
    await one.page.route('**/journey/session', async (route) => {
      lost += 1;
      await route.fetch();
      await route.abort();
    });
    await one.page.goto(url);
    await one.sees(t('unreached.title'), 'unreached');
    assert.equal(lost, 3);
    await one.page.unroute('**/journey/session');
    await one.page.reload();
    await one.heading(t('consent.title')).waitFor();
    // The address has no token any more, and neither has what is kept.
    assert.equal(await one.page.evaluate(() => sessionStorage.getItem('kyc:token')), null);
    await one.page.reload();
    await one.heading(t('consent.title')).waitFor();
  });

  await suite.test('a newer browser takes over, and the older one shows nothing any more', async (test) => {
    const [one, two] = [await phone(test), await phone(test)];
    const { url } = await merchant.link('Asha Rao', ['PAN']);
    await one.page.goto(url);
    await one.heading(t('consent.title')).waitFor();
    await two.page.goto(url);
    await two.heading(t('consent.title')).waitFor();
    await one.sees(t('elsewhere.title'), 'elsewhere');
    assert.ok(!(await one.page.locator('body').innerText()).includes('Asha Rao'));
    await two.press(t('consent.yes'));
    await two.heading(t('kind.PAN')).waitFor();
  });

  await suite.test('two tabs and a double click are one customer and one try', async (test) => {
    const one = await phone(test);
    const { url, attempt } = await merchant.link('Asha Rao', ['PAN', 'BANK_PENNY_DROP']);
    await consented(one, url);
    const first = one.page;
    await one.heading(t('kind.PAN')).waitFor();
    await one.tab();
    await one.page.goto(url);
    await one.heading(t('kind.PAN')).waitFor();
    const second = one.page;
    one.page = first;
    await one.fill(t('pan.label'), 'ABCPE0001F');
    await one.fill(t('pan.name.label'), 'Asha Rao');
    await one.page.getByRole('button', { name: t('pan.submit') }).dblclick();
    await one.heading(t('kind.BANK_PENNY_DROP')).waitFor();
    // The other tab goes along by itself.
    one.page = second;
    await one.heading(t('kind.BANK_PENNY_DROP')).waitFor();
    const { steps } = await merchant.completed(attempt, 'PAN');
    assert.deepEqual(steps.map(({ tries }) => tries), [1, 0]);
  });

  await suite.test('offline in the middle: what was typed stays, and nothing happens twice', async (test) => {
    const one = await phone(test);
    const { url, attempt } = await merchant.link('Asha Rao', ['PAN', 'BANK_PENNY_DROP']);
    await consented(one, url);
    await one.heading(t('kind.PAN')).waitFor();
    await one.context.setOffline(true);
    await one.page.getByText(t('offline')).waitFor();
    await pan(one, 'ABCPE0001F');
    await one.page.getByText(t('error.offline')).waitFor();
    await one.sees(t('kind.PAN'), 'offline');
    await one.context.setOffline(false);
    await one.page.getByText(t('offline')).waitFor({ state: 'detached' });
    // It arrives, and its answer does not.
    await one.page.route('**/journey/graphql', async (route) => {
      const mutates = route.request().postData()?.includes('journeyPanSubmit');
      if (!mutates) return route.continue();
      await route.fetch();
      await route.abort();
      await one.page.unroute('**/journey/graphql');
    });
    await one.press(t('pan.submit'));
    await one.heading(t('kind.BANK_PENNY_DROP')).waitFor();
    const { steps } = await merchant.completed(attempt, 'PAN');
    assert.deepEqual(steps.map(({ tries }) => tries), [1, 0]);
  });

  await suite.test('a provider that is slow does not keep the next step, and its failure takes no form away', async (test) => {
    const one = await phone(test);
    const { url, attempt } = await merchant.link('Asha Rao', ['PAN', 'BANK_PENNY_DROP']);
    await consented(one, url);
    await pan(one, 'ABCPE0007F');
    await one.sees(t('checking.title'), 'checking');
    await one.heading(t('kind.BANK_PENNY_DROP')).waitFor();
    await one.fill(t('bank.account.label'), '123456780001');
    const { steps } = await merchant.attempt(attempt);
    await merchant.move(steps[0].id, 'FAILED', 'PAN_INACTIVE');
    await one.page.getByText(t('moved', { step: t('kind.PAN') })).waitFor();
    await one.sees(t('kind.BANK_PENNY_DROP'), 'moved');
    assert.equal(await one.page.getByLabel(t('bank.account.label'), { exact: true }).inputValue(), '123456780001');
    await one.press(t('moved.go'));
    await one.page.getByText(t('reason.PAN_INACTIVE')).waitFor();
    // And back.
    await pan(one, 'ABCPE0001F');
    await one.heading(t('kind.BANK_PENNY_DROP')).waitFor();
    assert.equal(await one.page.getByLabel(t('bank.account.label'), { exact: true }).inputValue(), '123456780001');
  });

  await suite.test('where no stream gets through, the page asks', async (test) => {
    const one = await phone(test);
    const { url, attempt } = await merchant.link('Asha Review', ['PAN', 'SIGNATURE']);
    await one.page.route('**/journey/graphql?query=*', (route) => route.abort());
    await consented(one, url);
    await pan(one, 'ABCPE0001F');
    await one.heading(t('kind.SIGNATURE')).waitFor();
    await one.sign();
    await one.press(t('signature.done'));
    await one.press(t('picture.use'));
    await one.heading(t('review.title')).waitFor();
    await merchant.review(attempt);
    await one.heading(t('completed.title')).waitFor();
  });

  await suite.test('a camera that is denied, a file that is no picture, and a picture of a signature', async (test) => {
    const one = await phone(test);
    const { url } = await merchant.link('Asha Rao', ['SELFIE', 'SIGNATURE']);
    // From early on: it takes a moment until the browser lets itself be asked.
    const asked = one.page.waitForEvent('filechooser');
    await one.page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await consented(one, url);
    await one.press(t('selfie.camera'));
    await one.page.getByText(t('selfie.denied')).waitFor();
    await one.sees(t('kind.SELFIE'), 'camera-denied');
    const choose = (name, mimeType, buffer) => one.page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer });
    await choose('me.png', 'image/png', Buffer.from('<html>not a picture</html>'));
    await one.page.getByText(t('error.picture')).waitFor();
    await choose('me.png', 'image/png', await one.drawn(300, 400));
    await one.press(t('picture.use'));
    await one.heading(t('kind.SIGNATURE')).waitFor();
    // With the keyboard alone.
    await one.page.getByRole('button', { name: t('signature.upload') }).focus();
    const buffer = await one.drawn(400, 200);
    await one.page.keyboard.press('Enter');
    await (await asked).setFiles({ name: 'sign.png', mimeType: 'image/png', buffer });
    await one.page.getByRole('button', { name: t('picture.use') }).waitFor();
    await one.page.getByRole('button', { name: t('picture.use') }).focus();
    await one.page.keyboard.press('Enter');
    await one.sees(t('completed.title'), 'completed');
    await one.press(t('stay'));
    assert.equal(await one.page.getByRole('button', { name: t('stay') }).count(), 0);
  });

  await suite.test('back from DigiLocker without an answer, an Aadhaar number, and another language', async (test) => {
    const one = await phone(test);
    const { url, attempt } = await merchant.link('Asha Rao', ['DIGILOCKER_AADHAAR', 'PAN']);
    await consented(one, url);
    await one.press(t('digilocker.start'));
    await one.heading(t('standin.title')).waitFor();
    await one.page.goBack();
    await one.page.getByText(t('digilocker.away')).waitFor();
    await one.sees(t('kind.DIGILOCKER_AADHAAR'), 'digilocker-away');
    await one.press(t('digilocker.again'));
    await one.press(t('outcome.pass'));
    await one.heading(t('kind.PAN')).waitFor();
    const sent = one.asked.length;
    await pan(one, '2341 2341 2346');
    await one.page.getByText(t('pan.fault.aadhaar')).waitFor();
    assert.deepEqual(one.asked.slice(sent).filter((asked) => asked.includes('graphql')), []);
    const hindi = await texts('hi');
    await one.press('हिन्दी');
    await one.heading(hindi('kind.PAN')).waitFor();
    assert.equal(await one.page.evaluate(() => document.activeElement.lang), 'hi');
    assert.equal(await one.page.getByLabel(hindi('pan.name.label')).inputValue(), 'Asha Rao');
    await merchant.reject(attempt);
    await one.heading(hindi('rejected.title')).waitFor();
  });
});
