// A private PostgreSQL of a test's own, made from the installed programs and gone with the test.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

import { atEnd } from './at-end.mjs';

/** Starts the server, says so, waits for the end of its input (however this process ends), stops it and clears up. */
const WATCH = `
  "$1/pg_ctl" start --silent --wait --pgdata="$2/data" --log="$2/log" --options="$3" </dev/null >/dev/null || exit 1
  echo started
  read -r _
  "$1/pg_ctl" stop --silent --mode=immediate --pgdata="$2/data" >/dev/null
  rm -rf "$2"
`;

/** Where the server's programs are; Debian and its kin keep them off PATH. */
function programs() {
  const versions = '/usr/lib/postgresql';
  const newest = existsSync(versions) ? readdirSync(versions).sort((a, b) => b - a) : [];
  const folders = [...process.env.PATH.split(delimiter), ...newest.map((version) => join(versions, version, 'bin'))];
  return folders.find((folder) => ['initdb', 'pg_ctl', 'postgres'].every((name) => existsSync(join(folder, name))));
}

/** What node's runner takes as the reason to skip; false where PostgreSQL is installed. */
export const skip = programs() ? false : 'PostgreSQL is not installed: initdb has to be there';

/** PostgreSQL refuses root: then its own user runs it. */
function owner() {
  if (process.getuid() !== 0) return {};
  const [, , uid, gid] = readFileSync('/etc/passwd', 'utf8').match(/^postgres:.*$/m)[0].split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Starts one; answers the address of a database on it. */
export async function postgres(t) {
  const bin = programs();
  // Short: a socket's path has about 100 bytes.
  const folder = mkdtempSync(join(tmpdir(), 'kyc-pg-'));
  const as = { ...owner(), cwd: folder };
  if (as.uid) chownSync(folder, as.uid, as.gid);
  const initdb = ['--username=postgres', '--auth=trust', '--no-sync', '--no-locale', '--encoding=UTF8'];
  const made = spawnSync(join(bin, 'initdb'), [...initdb, '--pgdata', join(folder, 'data')], as);
  assert.equal(made.status, 0, `initdb: ${made.stderr}`);
  const settings = ['fsync=off', 'synchronous_commit=off', 'listen_addresses=', `unix_socket_directories=${folder}`];
  const options = settings.map((setting) => `-c ${setting}`).join(' ');
  const watch = spawn('/bin/sh', ['-c', WATCH, 'watch', bin, folder, options], {
    ...as,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  atEnd(t, async () => {
    const gone = once(watch, 'exit');
    watch.stdin.end();
    await gone;
  });
  const [said] = await Promise.race([once(createInterface(watch.stdout), 'line'), once(watch, 'exit')]);
  assert.equal(said, 'started', `PostgreSQL did not start; its log is in ${folder}`);
  return `postgres://postgres@localhost/postgres?host=${folder}`;
}
