/** A separate Postgres with a streaming standby. */
import { execFile } from 'node:child_process';
import { appendFile, chown, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@millrace/dev/stores/embedded-postgres';
import { makeStoresFolder } from '@millrace/dev/stores/throw-away-folder';

export interface StandbyPair {
  primaryUrl: string;
  /** Of a database of the primary. */
  standbyUrl(url: string): string;
  remove(): Promise<void>;
}

const withPath = (url: string, path: string) => Object.assign(new URL(url), { pathname: path }).href;

/** With owners, since Postgres runs as another user when root runs the tests. */
const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);

/** Copies a cleanly stopped server and makes the copy follow it. */
async function follow(primary: EmbeddedPostgres, from: string, home: string): Promise<EmbeddedPostgres> {
  const { hostname, port, username, password } = new URL(primary.url);
  await copy(from, home);
  const data = join(home, 'postgres');
  await writeFile(join(data, 'standby.signal'), '');
  const source = `host=${hostname} port=${port} user=${username} password=${password}`;
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  const { uid, gid } = await stat(data);
  await chown(join(data, 'standby.signal'), uid, gid);
  return startEmbeddedPostgres({ home });
}

export async function startStandbyPair(): Promise<StandbyPair> {
  const folder = makeStoresFolder();
  const home = join(folder, 'primary');
  const first = await startEmbeddedPostgres({ home });
  const port = Number(new URL(first.url).port);
  await first.stop();
  await copy(home, join(folder, 'copy'));
  const primary = await startEmbeddedPostgres({ home, port });
  const standby = await follow(primary, join(folder, 'copy'), join(folder, 'standby'));
  return {
    primaryUrl: primary.url,
    standbyUrl: (url) => withPath(standby.url, new URL(url).pathname),
    async remove() {
      await standby.stop();
      await primary.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
