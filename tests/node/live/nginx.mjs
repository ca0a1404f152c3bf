// nginx in front of replicas, with the configuration that README.md shows.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { atEnd, endsWithUs } from './at-end.mjs';

const program = [...process.env.PATH.split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'nginx'))
  .find((path) => existsSync(path));

/** What node's runner takes as the reason to skip; false where nginx is installed. */
export const skip = program ? false : 'nginx is not installed';

const SHOWN = new URL('../recipes/nginx.conf', import.meta.url);

/** Its own files in its own folder: whoever runs it needs no rights. */
const around = (shown, folder) => `
  pid nginx.pid;
  error_log error.log;
  ${process.getuid() === 0 ? 'user root;' : ''}
  events {}
  http {
    access_log off;
    ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')}
    ${shown}
  }
`;

/** Starts nginx on a port of the loopback in front of two others; it ends after the test. */
export async function nginx(t, port, upstreams) {
  const places = { 'listen 80;': `listen 127.0.0.1:${port};` };
  ['10.0.0.11:8080', '10.0.0.12:8080'].forEach((place, at) => (places[place] = `127.0.0.1:${upstreams[at]}`));
  let shown = readFileSync(SHOWN, 'utf8');
  for (const [place, real] of Object.entries(places)) {
    assert.equal(shown.split(place).length, 2, `${place} stands once in nginx.conf`);
    shown = shown.replace(place, real);
  }
  const folder = await mkdtemp(join(tmpdir(), 'kyc-stack-nginx-'));
  await writeFile(join(folder, 'nginx.conf'), around(shown, folder));
  const log = () => readFileSync(join(folder, 'error.log'), { encoding: 'utf8', flag: 'a+' });
  const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log', '-g', 'daemon off;'];
  const child = endsWithUs(spawn(program, args, { stdio: 'ignore' }));
  const gone = once(child, 'exit');
  atEnd(t, async () => {
    child.kill('SIGTERM');
    await gone;
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    assert.equal(child.exitCode, null, `nginx stopped by itself: ${log()}`);
    if ((await fetch(`${url}/healthz`).catch(() => undefined))?.ok) return url;
    await new Promise((done) => setTimeout(done, 20));
  }
}
