/** A base backup of a running system and its WAL, as docs/operations.md describes them: everything up to the last archived transaction is there. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '@millrace/shared/platform/postgres';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InstalledPostgres, makeInstalledPostgres, programs, runProgram } from './installed-postgres.js';
import { keepSending, type SentEvents } from './send-events.js';

/** As in docs/operations.md. */
const backup = ['--format=tar', '--gzip', '--wal-method=stream'];

describe.skipIf(!programs)('a base backup', () => {
  let folder: string;
  let server: InstalledPostgres;
  let other: InstalledPostgres;
  let stack: Stack;
  let sender: SentEvents;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-wal-'));
    [server, other] = [await makeInstalledPostgres(), await makeInstalledPostgres({ isEmpty: false })];
    execFileSync('chmod', ['755', folder]);
    mkdirSync(join(folder, 'archive'));
    giveTo(server, join(folder, 'archive'));
    const archive = `test ! -f ${folder}/archive/%f && cp %p ${folder}/archive/%f`;
    await server.start({ wal_level: 'replica', archive_mode: 'on', archive_command: archive });
    stack = await startStack({ serverUrl: server.url });
    sender = keepSending(stack.ingestionUrl, 2, 5);
  });
  afterAll(async () => {
    await sender.end();
    await stack.stop();
    await Promise.all([server.remove(), other.remove()]);
    await rm(folder, { recursive: true, force: true });
  });

  /** Makes the user of a server the owner of a folder and all that is in it. */
  function giveTo({ dataFolder }: InstalledPostgres, path: string): void {
    const { uid, gid } = statSync(dataFolder);
    execFileSync('chown', ['-R', `${uid}:${gid}`, path]);
  }

  const storedIds = async (url: string): Promise<string[]> => {
    const pool = createPool(url, silent, { max: 1, statementTimeoutMs: 60_000, applicationName: 'millrace-test' });
    const { rows } = await pool.query<{ id: string }>('select event_id as id from events order by 1');
    await pool.end();
    return rows.map(({ id }) => id);
  };
  const stored = (count: number) =>
    eventually(async () => {
      const { length } = await storedIds(stack.databaseUrl);
      return length >= count || length;
    }, `${count} events are stored`);

  it('with its WAL has every transaction up to the last segment, and rolls on from there', async () => {
    await stored(100);
    const base = join(folder, 'base');
    await runProgram('pg_basebackup', [`--dbname=${server.url}`, `--pgdata=${base}`, ...backup]);
    await stored((await storedIds(stack.databaseUrl)).length + 100);
    await sender.end();
    const jobs = `select count(*)::int as open from millrace_queue.job where queue = 'event-ingest' and state in ('waiting', 'active')`;
    await eventually(async () => (await stack.database.pool.query(jobs)).rows[0].open === 0, 'the queue is empty');
    const [segment] = (await stack.database.pool.query('select pg_walfile_name(pg_switch_wal()) as name')).rows;
    const archived = 'select last_archived_wal >= $1 as done from pg_stat_archiver';
    await eventually(
      async () => (await stack.database.pool.query(archived, [segment.name])).rows[0].done,
      'it is archived',
    );
    const all = await storedIds(stack.databaseUrl);
    expect(all).toEqual([...sender.accepted].sort());

    for (const [name, into] of [
      ['base', '.'],
      ['pg_wal', 'pg_wal'],
    ] as const) {
      execFileSync('tar', ['-xzf', join(base, `${name}.tar.gz`), '-C', join(other.dataFolder, into)]);
    }
    await writeFile(join(other.dataFolder, 'recovery.signal'), '');
    giveTo(other, other.dataFolder);
    await other.start({ restore_command: `cp ${folder}/archive/%f %p` });
    const { pathname } = new URL(stack.databaseUrl);
    expect(await storedIds(Object.assign(new URL(other.url), { pathname }).href)).toEqual(all);
  });
});
