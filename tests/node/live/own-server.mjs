// A server of a test's own, which may be stopped, killed and started again at the same address. `KYC_PROGRAM` is the program;
// without it, these tests have nothing to start.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { atEnd, endsWithUs } from './at-end.mjs';

const program = process.env.KYC_PROGRAM;

/** What node's runner takes as the reason to skip; false where there is a program. */
export const skip = program ? false : 'KYC_PROGRAM is not set: no server to start';

/** A port of the loopback on which nobody listens. */
export async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

/** A database of a test's own: a SQLite file, gone after the test. */
export async function freshDatabase(t) {
  const folder = await mkdtemp(join(tmpdir(), 'kyc-stack-live-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return `sqlite:${join(folder, 'kyc.db')}`;
}

/** Creates a merchant in a database, with more flags if there are any; answers a key of the role ADMIN. */
export async function createMerchant(databaseUrl, slug, ...flags) {
  const args = ['merchant', 'create', '--name', slug, '--slug', slug, '--admin-email', `admin@${slug}.example`, ...flags];
  const env = { ...process.env, KYC_DATABASE_URL: databaseUrl };
  const { stdout } = await promisify(execFile)(program, args, { env });
  return JSON.parse(stdout).adminApiKey;
}

export class OwnServer {
  #process;
  #said = '';

  constructor(databaseUrl, port, settings = {}) {
    this.url = `http://127.0.0.1:${port}`;
    this.env = { ...process.env, KYC_DATABASE_URL: databaseUrl, KYC_LISTEN: `127.0.0.1:${port}`, ...settings };
  }

  /** Starts one, and stops it after the test. */
  static async start(t, databaseUrl, settings) {
    const server = new OwnServer(databaseUrl, await freePort(), settings);
    await server.start();
    atEnd(t, () => server.end('SIGTERM'));
    return server;
  }

  /** Starts it, and waits until it is ready. */
  async start() {
    const child = endsWithUs(spawn(program, ['serve'], { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] }));
    this.#process = child;
    this.#said = '';
    let ended = false;
    child.once('exit', () => (ended = true));
    child.stderr.setEncoding('utf8').on('data', (text) => (this.#said = (this.#said + text).slice(-20_000)));
    for (;;) {
      assert.ok(!ended, `the server stopped by itself: ${this.#said}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Ends it: SIGTERM lets it say goodbye, SIGKILL does not. Waits until it is gone. */
  async end(signal) {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** What it wrote last, for a failure's message. */
  get said() {
    return this.#said;
  }
}
