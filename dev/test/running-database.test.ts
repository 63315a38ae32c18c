import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createClosingList } from '../src/processes/closing-list.js';
import { runningDatabaseUrl } from '../src/start/running-database.js';
import { startEmbeddedPostgres } from '../src/stores/embedded-postgres.js';
import { makeThrowAwayFolder } from '../src/stores/throw-away-folder.js';

const closing = createClosingList();
afterAll(() => closing.closeAll());

describe('runningDatabaseUrl', () => {
  it('is DATABASE_URL if set', () => {
    expect(runningDatabaseUrl({ DATABASE_URL: 'postgres://db/x' })).toBe('postgres://db/x');
  });

  it('is the URL of the embedded Postgres while it is running', async () => {
    const home = makeThrowAwayFolder(closing);
    expect(runningDatabaseUrl({ MILLRACE_DATA_DIR: home })).toBeUndefined();
    const postgres = await startEmbeddedPostgres({ home, fsync: false });
    expect(runningDatabaseUrl({ MILLRACE_DATA_DIR: home })).toBe(postgres.url);
    await postgres.stop();
    expect(runningDatabaseUrl({ MILLRACE_DATA_DIR: home })).toBeUndefined();
  });

  it('is not the URL of a crashed Postgres', () => {
    const home = makeThrowAwayFolder(closing);
    mkdirSync(join(home, 'postgres'));
    writeFileSync(join(home, 'postgres.password'), 'secret');
    writeFileSync(join(home, 'postgres', 'postmaster.pid'), '2147483646\n/data\n1763892000\n5432\n');
    expect(runningDatabaseUrl({ MILLRACE_DATA_DIR: home })).toBeUndefined();
  });
});
