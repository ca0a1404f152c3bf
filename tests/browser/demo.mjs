// A demo, started as a person starts it, and what it prints for them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { endsWithUs } from '../node/live/at-end.mjs';

const program = process.env.KYC_PROGRAM;

/** What node's runner takes as the reason to skip; false where there is a program. */
export const skip = program ? false : 'KYC_PROGRAM is not set: no demo to start';

/** Starts one; it ends after the test. */
export async function demo(t) {
  const env = { ...process.env, KYC_LISTEN: '127.0.0.1:0' };
  const child = endsWithUs(spawn(program, ['demo'], { env, stdio: ['ignore', 'ignore', 'pipe'] }));
  const gone = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGTERM');
    await gone;
  });
  let said = '';
  child.stderr.setEncoding('utf8');
  for await (const text of child.stderr) {
    said += text;
    if (said.includes('Ctrl-C ends it')) break;
  }
  child.stderr.resume();
  const find = (pattern) => {
    const found = said.match(pattern);
    assert.ok(found, `the demo does not say ${pattern}: ${said}`);
    return found.slice(1);
  };
  const [url] = find(/Dashboard +(\S+)\//);
  const [merchant, password] = find(/Sign in +merchant (\S+), password (\S+)/);
  const [email] = find(/^ +(\S+@\S+) +\(ADMIN\)/m);
  const [key] = find(/API key +(\S+)/);
  return { url, key, member: { merchant, email, password } };
}
