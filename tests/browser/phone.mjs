// A customer's phone: a small screen, a camera, and somebody who looks over every page for what is in the way.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { chromium } from 'playwright-core';

const executablePath = process.env.KYC_CHROMIUM ?? '/usr/bin/chromium';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What node's runner takes as the reason to skip; false where there is a browser. */
export const skip = existsSync(executablePath) ? false : `no Chromium at ${executablePath}`;

/** A browser with a camera that shows a test picture, and gives it to whoever asks. */
export async function launch(t) {
  // Letters without coloured edges make small pictures.
  const args = ['--no-sandbox', '--disable-lcd-text', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  const browser = await chromium.launch({ executablePath, args });
  t.after(() => browser.close());
  return browser;
}

export class Phone {
  complaints = [];
  asked = [];
  looked = new Set();

  static async take(t, browser, language, settings = {}) {
    const phone = new Phone();
    phone.context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, locale: language, ...settings });
    t.after(() => phone.context.close());
    phone.language = language.split('-')[0];
    await phone.tab();
    return phone;
  }

  /** Another tab; it is the one in use from then on. */
  async tab() {
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(15_000);
    // The policy's refusals are among these.
    this.page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    this.page.on('pageerror', (error) => this.complaints.push(String(error)));
    this.page.on('request', (request) => this.asked.push(request.url()));
  }

  heading(text) {
    return this.page.getByRole('heading', { level: 1, name: text, exact: true });
  }

  async press(name) {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  async fill(label, value) {
    await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  /** Waits for a page, and looks it over: nothing is wider than the screen, and axe finds nothing. A picture of it, if a folder is named. */
  async sees(title, name) {
    await this.heading(title).waitFor();
    if (this.looked.has(name)) return;
    this.looked.add(name);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
    assert.equal(await this.page.evaluate(() => document.documentElement.lang), this.language);
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]), [], name);
    const folder = process.env.KYC_SCREENSHOTS;
    if (folder) await this.page.screenshot({ path: `${folder}/${name}-${this.language}.png`, fullPage: true });
  }

  /** A picture file with something on it. */
  async drawn(width, height) {
    const url = await this.page.evaluate(([width, height]) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      const context = canvas.getContext('2d');
      context.fillStyle = 'white';
      context.fillRect(0, 0, width, height);
      context.fillStyle = 'black';
      context.fillRect(width / 4, height / 4, width / 2, height / 3);
      return canvas.toDataURL('image/png');
    }, [width, height]);
    return Buffer.from(url.split(',')[1], 'base64');
  }

  /** Draws something like a name with a finger. */
  async sign() {
    const pad = this.page.locator('.pad canvas');
    await pad.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await pad.boundingBox();
    const { mouse } = this.page;
    await mouse.move(x + width * 0.15, y + height * 0.6);
    await mouse.down();
    for (let at = 0; at <= 40; at += 1) {
      await mouse.move(x + width * (0.15 + at * 0.017), y + height * (0.5 + 0.25 * Math.sin(at / 2)));
    }
    await mouse.up();
  }
}
