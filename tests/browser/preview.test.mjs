// A look that is not saved yet, seen in a frame as the settings of a merchant show it.
//   KYC_PROGRAM=…/kyc-stack node --test preview.test.mjs
import assert from 'node:assert/strict';
import test from 'node:test';

import { skip as skipServer } from '../node/live/own-server.mjs';
import { Merchant } from './merchant.mjs';
import { Phone, launch, skip as skipBrowser } from './phone.mjs';
import { texts } from './texts.mjs';

const skip = skipServer || skipBrowser;
const t = await texts('en');

/** A page that has the preview in a frame, keeps what the frame tells, and tells it looks. */
const SETTINGS = (url) => `<!doctype html><html lang="en"><title>Settings</title><style>iframe { width: 1180px; height: 900px; border: 0 }</style>
  <main><h1>Settings</h1><iframe title="Preview" src="${url}/k/preview"></iframe></main><script>
    globalThis.told = [];
    addEventListener('message', ({ data, origin }) => told.push({ ...data, origin }));
    globalThis.show = (message) => frames[0].postMessage({ type: 'preview-look', ...message }, ${JSON.stringify(url)});
  </script></html>`;

async function settings(phone, url, framed = url) {
  const { page } = phone;
  await page.setViewportSize({ width: 1200, height: 960 });
  await page.route(`${url}/settings`, (route) => route.fulfill({ contentType: 'text/html', body: SETTINGS(framed) }));
  await page.goto(`${url}/settings`);
  return page.frameLocator('iframe');
}

/** Tells a look; answers what the frame said of it. */
async function show(page, message) {
  const before = await page.evaluate(() => told.length);
  await page.evaluate((message) => globalThis.show(message), message);
  await page.waitForFunction((before) => told.length > before, before);
  return page.evaluate(() => told.at(-1));
}

test('a look is seen before it is saved', { skip }, async (suite) => {
  const merchant = await Merchant.open(suite);
  const browser = await launch(suite);
  const { url } = merchant;

  await suite.test('as it is typed, with nobody asked and nothing to press', async (test) => {
    const phone = await Phone.take(test, browser, 'en-IN');
    const { page } = phone;
    const frame = await settings(phone, url);
    await frame.getByText('Your company', { exact: true }).first().waitFor();
    await page.waitForFunction(() => told[0]?.type === 'preview-ready');
    const property = (name) => frame.locator('html').evaluate((html, name) => html.style.getPropertyValue(name), name);

    const branding = { displayName: 'Globex <b>Bank</b>', primaryColor: '#7a1fa2', backgroundColor: '#faf5fc', cornerRadius: 24, supportEmail: 'help@globex.example' };
    const answer = await show(page, { branding });
    assert.equal(answer.origin, url);
    assert.deepEqual(answer.ignored, []);
    assert.ok(answer.height > 300, `${answer.height}`);
    for (const title of ['consent.title', 'kind.PAN', 'completed.title']) await frame.locator('figcaption', { hasText: t(title) }).waitFor();
    // A text stays one.
    assert.equal(await frame.getByText('Globex <b>Bank</b>', { exact: true }).count(), 3);
    const color = await frame.getByText(t('pan.submit')).locator('..').evaluate((button) => getComputedStyle(button).backgroundColor);
    assert.equal(color, 'rgb(122, 31, 162)');
    assert.deepEqual([await property('--radius'), await property('--ground')], ['24px', '#faf5fc']);

    // What does not fit is left as it was, and named.
    const odd = { primaryColor: 'red; background: url(//evil)', textColor: '#12', cornerRadius: 99, displayName: ' ', logoUrl: 'https://elsewhere.example/x.png', other: 1 };
    assert.deepEqual((await show(page, { branding: odd })).ignored.sort(), Object.keys(odd).sort());
    assert.equal(await property('--primary'), '#7a1fa2');
    assert.deepEqual((await show(page, { branding: null })).ignored, []);

    // A logo that was chosen and is nowhere but here.
    const logo = `data:image/png;base64,${(await phone.drawn(200, 60)).toString('base64')}`;
    assert.deepEqual((await show(page, { branding: { logoUrl: logo }, mode: 'LIVE' })).ignored, []);
    assert.equal(await frame.locator('img.logo').count(), 3);
    await frame.locator('img.logo').first().evaluate((image) => image.decode());
    assert.equal(await frame.getByText(t('sandbox.label')).count(), 0);

    // Every control is out of reach: of a finger, of the keyboard, of a click by name.
    assert.equal(await frame.locator('button, input, a').evaluateAll((all) => all.filter((one) => !one.closest('[inert]')).length), 0);
    const asked = phone.asked.length;
    await frame.getByText(t('consent.yes')).click({ force: true });
    await frame.getByText(t('pan.submit')).click({ force: true });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await frame.locator('body').evaluate(() => document.activeElement.tagName), 'BODY');
    assert.deepEqual(phone.asked.slice(asked), []);
    assert.deepEqual(phone.asked.filter((one) => one.includes('/journey/') || one.includes('/graphql')), []);

    const hindi = await texts('hi');
    await show(page, { language: 'hi' });
    await frame.locator('figcaption', { hasText: hindi('consent.title') }).waitFor();
    assert.equal(await page.evaluate(() => localStorage.getItem('kyc:language')), null, 'a preview is nobody’s language');
    await show(page, { language: 'en', branding: { logoUrl: null } });
    phone.language = 'en';
    await phone.sees('Settings', 'preview');
    assert.deepEqual(phone.complaints, []);
  });

  await suite.test('whether it can be saved is told by the rule that saves it', async () => {
    const asked = 'query($input: BrandingUpdateInput!) { brandingCheck(input: $input) { userErrors { field code message } } }';
    const { brandingCheck } = await merchant.ask(asked, { input: { primaryColor: '#cfe8dd' } });
    assert.deepEqual(brandingCheck.userErrors.map(({ field, code }) => [field, code]), [[['primaryColor'], 'LOW_CONTRAST']]);
    const nearest = brandingCheck.userErrors[0].message.match(/(#[0-9a-f]{6}) is the nearest/)[1];
    const again = await merchant.ask(asked, { input: { primaryColor: nearest } });
    assert.deepEqual(again.brandingCheck.userErrors, []);
  });

  await suite.test('another origin gets no frame of it, and nobody but the frame’s page is heard', async (test) => {
    const phone = await Phone.take(test, browser, 'en-IN');
    const frame = await settings(phone, url);
    await frame.getByText('Your company', { exact: true }).first().waitFor();
    // As if from elsewhere, and from this origin, but not from the page around.
    const heard = await frame.locator('body').evaluate((body) => {
      const data = { type: 'preview-look', branding: { displayName: 'Evil' } };
      dispatchEvent(new MessageEvent('message', { origin: 'https://elsewhere.example', source: parent, data }));
      dispatchEvent(new MessageEvent('message', { origin: location.origin, source: window, data }));
      dispatchEvent(new MessageEvent('message', { origin: location.origin, source: parent, data: { ...data, type: 'other' } }));
      return body.innerText.includes('Evil');
    });
    assert.equal(heard, false);

    // What may not be framed is an error page of the browser's in its place.
    const framed = async (page) => {
      const child = page.frames()[1];
      await child.waitForLoadState();
      return child.evaluate(() => [location.href, document.querySelector('#screens, #main') !== null]);
    };
    const REFUSED = ['chrome-error://chromewebdata/', false];
    assert.deepEqual(await framed(phone.page), [`${url}/k/preview`, true]);
    const stranger = await Phone.take(test, browser, 'en-IN');
    await settings(stranger, url.replace('127.0.0.1', 'localhost'), url);
    assert.deepEqual(await framed(stranger.page), REFUSED);
    assert.deepEqual(await stranger.page.evaluate(() => told), []);

    // The journey itself is in no frame, not even ours.
    const own = await Phone.take(test, browser, 'en-IN');
    await own.page.route(`${url}/settings`, (route) => route.fulfill({ contentType: 'text/html', body: `<iframe src="${url}/k"></iframe>` }));
    await own.page.goto(`${url}/settings`);
    assert.deepEqual(await framed(own.page), REFUSED);
  });
});
