/** `npm run export`: its files, messages and exit codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runExport } from '../src/exports/export-run.js';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-05-01', '2026-07-01');
  await database.pool.query(`insert into sites (site_id, timezone) values ('shop', 'Europe/Berlin'), ('big', 'UTC')`);
  const add = `insert into events (site_id, timestamp, event_id, event_type, path)
    select $1, timestamptz '2026-06-01 00:00:00Z' + n * interval '1 second' / 4, lpad(to_hex(n), 32, '0')::uuid,
      case when n % 2 = 0 then 'view' else 'click' end, '/p' || n from generate_series(1, $2::int) as n`;
  await database.pool.query(add, ['shop', 100]);
  await database.pool.query(add, ['big', 200_000]);
});
afterAll(() => database.drop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-export-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function runCommand(args: string[], { isTTY = false, hasDatabase = true } = {}) {
  const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const into = (name: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          output[name].push(Buffer.from(chunk));
          done();
        },
      }),
      { isTTY: name === 'stderr' && isTTY },
    );
  const code = await runExport(args, {
    stdout: into('stdout'),
    stderr: into('stderr'),
    databaseUrl: () => (hasDatabase ? database.url : undefined),
  });
  return { code, stdout: Buffer.concat(output.stdout), stderr: Buffer.concat(output.stderr).toString() };
}

const file = (name: string) => join(folder, name);
const june = ['events', '--site', 'shop', '--from', '2026-06-01', '--to', '2026-06-01'];
const linesOf = (text: Buffer) => text.toString().trimEnd().split('\r\n').length;

it('writes a file, prints its size, and leaves no temporary file', async () => {
  const { code, stdout, stderr } = await runCommand([...june, '--output', file('june.csv')]);
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: `${file('june.csv')}: 100 rows  10 KB  of 1 June 2026 (Europe/Berlin)\n`,
  });
  expect(linesOf(await readFile(file('june.csv')))).toBe(101);
  expect(await readdir(folder)).toEqual(['june.csv']);
});

it('writes only the file to stdout', async () => {
  const { code, stdout, stderr } = await runCommand([...june, '--output', '-']);
  expect([code, stderr, linesOf(stdout)]).toEqual([0, '', 101]);
});

it('infers format and compression from the file name', async () => {
  await runCommand([...june, '--output', file('june.ndjson.gz')]);
  expect(
    gunzipSync(await readFile(file('june.ndjson.gz')))
      .toString()
      .trimEnd()
      .split('\n').length,
  ).toBe(100);
  await runCommand([...june, '--output', file('june.parquet')]);
  expect((await readFile(file('june.parquet'))).subarray(0, 4).toString()).toBe('PAR1');
  await runCommand([...june, '--format', 'xlsx', '--output', file('june')]);
  expect((await readFile(file('june'))).subarray(0, 2).toString()).toBe('PK');
});

it('prints the period of the rows, also for the default range', async () => {
  const periodOf = async (name: string, ...args: string[]) =>
    (await runCommand(['events', '--site', 'shop', ...args, '--output', file(name)])).stderr.split('  of ')[1];
  const today = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Europe/Berlin' });
  const days = [today.format(new Date()), await periodOf('today.csv'), today.format(new Date())];
  expect([`${days[0]} (Europe/Berlin)\n`, `${days[2]} (Europe/Berlin)\n`]).toContain(days[1]);
  expect(await periodOf('week.csv', '--from', '2026-06-01', '--to', '2026-06-07')).toBe(
    '1 to 7 June 2026 (Europe/Berlin)\n',
  );
  expect(await periodOf('hour.csv', '--from', '2026-06-01T00:00:00Z', '--to', '2026-06-01T01:00:00Z')).toBe(
    '2026-06-01T00:00:00.000Z to 2026-06-01T01:00:00.000Z\n',
  );
});

it('accepts filters, ranges, time zones and parameters of the dataset', async () => {
  const filters = '["is","event_type",["view"]]';
  expect(linesOf((await runCommand([...june, '--filters', filters, '--output', '-'])).stdout)).toBe(51);
  const day = ['events', '--site', 'shop', '--range', '1d', '--output', '-'];
  expect((await runCommand(day)).code).toBe(0);
  const before = [...june.slice(0, 3), '--from', '2026-05-31', '--to', '2026-05-31', '--timezone', 'America/New_York'];
  expect(linesOf((await runCommand([...before, '--output', '-'])).stdout)).toBe(101);
  const profiles = ['profile-performance', '--site', 'shop', '--param', 'profile_ids=a,b', '--output', '-'];
  expect(linesOf((await runCommand(profiles)).stdout)).toBe(1);
});

it('does not overwrite a file unless --force is given', async () => {
  await writeFile(file('taken.csv'), 'mine');
  await writeFile(file('target.csv'), 'mine');
  await symlink(file('target.csv'), file('link.csv'));
  for (const name of ['taken.csv', 'link.csv']) {
    const { code, stderr } = await runCommand([...june, '--output', file(name)]);
    expect([code, stderr]).toEqual([
      1,
      `export: ${file(name)} already exists: choose another name, or overwrite it with --force.\n`,
    ]);
  }
  expect((await runCommand([...june, '--output', file('link.csv'), '--force'])).code).toBe(0);
  expect(await readFile(file('target.csv'), 'utf8')).toBe('mine');
  expect((await readdir(folder)).sort()).toEqual(['link.csv', 'taken.csv', 'target.csv']);
});

it.each([
  [[], 'Name one dataset to export.'],
  [['events'], 'Name the file with --output FILE, or use --output - for stdout.'],
  [['events', '--output', '-'], 'Name the site with --site ID.'],
  [['nothing', '--site', 'shop', '--output', '-'], 'There is no such dataset'],
  [[...june, '--format', 'doc', '--output', '-'], '--format takes one of csv'],
  [[...june, '--output', 'x.xlsx.gz'], 'Format xlsx is already compressed'],
  [[...june, '--range', '7d', '--output', '-'], 'Use either --range, or --from and --to.'],
  [['events', '--site', 'shop', '--from', '2026-06-01', '--output', '-'], 'Use --from and --to together.'],
  [['events', '--site', 'shop', '--from', 'x', '--to', 'y', '--output', '-'], 'date_range'],
  [[...june, '--param', 'limit', '--output', '-'], '--param takes NAME=VALUE'],
  [[...june, '--colour', 'red', '--output', '-'], "Unknown option '--colour'"],
  [[...june, '--format', 'ndjson', '--metadata', '--output', '-'], '--metadata has no effect on format ndjson'],
  [[...june, '--format', 'json', '--bom', '--output', '-'], '--bom has no effect on format json'],
  [['events', '--site', 'nobody', '--output', '-'], 'There is no site "nobody": check the name.'],
])('rejects %j with one sentence', async (args, message) => {
  const { code, stderr } = await runCommand(args);
  expect(code).toBe(1);
  expect(stderr).toContain(`export: ${message}`);
  expect(stderr.trimEnd().split('\n').length).toBe(1);
});

it('explains why the file cannot be created', async () => {
  const { code, stderr } = await runCommand([...june, '--output', join(folder, 'none', 'june.csv')]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^export: ENOENT: no such file or directory.*\.\n$/)]);
});

it('explains that there is no database', async () => {
  const { code, stderr } = await runCommand([...june, '--output', '-'], { hasDatabase: false });
  expect([code, stderr]).toEqual([1, expect.stringContaining('There is no database')]);
});

it('shows a progress bar on a terminal', async () => {
  const { stderr } = await runCommand([...june, '--output', file('june.csv')], { isTTY: true });
  const shown = stderr.split('\r\u001b[K');
  expect(shown[1]).toMatch(/^\[=* *\] \d+ % {2}\d+ rows {2}\d+ (bytes|KB)$/);
  expect(shown.at(-1)).toBe(`${file('june.csv')}: 100 rows  10 KB  of 1 June 2026 (Europe/Berlin)\n`);
});

it('prints its usage for --help', async () => {
  const { code, stdout } = await runCommand(['--help']);
  expect([code, stdout.toString()]).toEqual([0, expect.stringContaining('Usage: npm run export')]);
  expect(stdout.toString()).toMatch(/Default:\n(.*\n)* +today for events\n/);
});

describe('as a process', () => {
  const command = fileURLToPath(new URL('../dist/exports/export-command.js', import.meta.url));
  const start = (args: string[]) => {
    const env = { PATH: process.env.PATH, DATABASE_URL: database.url };
    const big = ['events', '--site', 'big', '--range', 'all', '--format', 'xlsx'];
    return endWithTest(spawn(process.execPath, [command, ...big, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  };

  it('leaves no file when it is interrupted', async () => {
    const child = start(['--output', file('big.xlsx')]);
    const size = async () => {
      const [name] = await readdir(folder);
      return name?.endsWith('.part') === true && (await stat(file(name))).size > 0;
    };
    await eventually(size, 'a part of the file is written');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('exits when the reader of its output is gone', async () => {
    const child = start(['--output', '-']);
    await once(child.stdout!, 'data');
    child.stdout!.destroy();
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
  });
});
