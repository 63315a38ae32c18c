/** `npm run export`: a whole file or none, what it says, and its exit codes. */
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

async function run(args: string[], { isTTY = false, hasDatabase = true } = {}) {
  const printed: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const into = (name: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          printed[name].push(Buffer.from(chunk));
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
  return { code, stdout: Buffer.concat(printed.stdout), stderr: Buffer.concat(printed.stderr).toString() };
}

const file = (name: string) => join(folder, name);
const june = ['events', '--site', 'shop', '--from', '2026-06-01', '--to', '2026-06-01'];
const linesOf = (text: Buffer) => text.toString().trimEnd().split('\r\n').length;

it('writes a file, says how large it is, and leaves nothing beside it', async () => {
  const { code, stdout, stderr } = await run([...june, '--output', file('june.csv')]);
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: `${file('june.csv')}: 100 rows  10 KB  of 1 June 2026 (Europe/Berlin)\n`,
  });
  expect(linesOf(await readFile(file('june.csv')))).toBe(101);
  expect(await readdir(folder)).toEqual(['june.csv']);
});

it('writes to stdout and nothing else there', async () => {
  const { code, stdout, stderr } = await run([...june, '--output', '-']);
  expect([code, stderr, linesOf(stdout)]).toEqual([0, '', 101]);
});

it('takes the format from the name of the file, compression included', async () => {
  await run([...june, '--output', file('june.ndjson.gz')]);
  expect(
    gunzipSync(await readFile(file('june.ndjson.gz')))
      .toString()
      .trimEnd()
      .split('\n').length,
  ).toBe(100);
  await run([...june, '--output', file('june.parquet')]);
  expect((await readFile(file('june.parquet'))).subarray(0, 4).toString()).toBe('PAR1');
  await run([...june, '--format', 'xlsx', '--output', file('june')]);
  expect((await readFile(file('june'))).subarray(0, 2).toString()).toBe('PK');
});

it('says of which time the rows are, also where no range was given', async () => {
  const named = async (name: string, ...args: string[]) =>
    (await run(['events', '--site', 'shop', ...args, '--output', file(name)])).stderr.split('  of ')[1];
  const today = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Europe/Berlin' });
  const days = [today.format(new Date()), await named('today.csv'), today.format(new Date())];
  expect([`${days[0]} (Europe/Berlin)\n`, `${days[2]} (Europe/Berlin)\n`]).toContain(days[1]);
  expect(await named('week.csv', '--from', '2026-06-01', '--to', '2026-06-07')).toBe(
    '1 to 7 June 2026 (Europe/Berlin)\n',
  );
  expect(await named('hour.csv', '--from', '2026-06-01T00:00:00Z', '--to', '2026-06-01T01:00:00Z')).toBe(
    '2026-06-01T00:00:00.000Z to 2026-06-01T01:00:00.000Z\n',
  );
});

it('takes filters, ranges, zones and parameters of the dataset', async () => {
  const filters = '["is","event_type",["view"]]';
  expect(linesOf((await run([...june, '--filters', filters, '--output', '-'])).stdout)).toBe(51);
  const day = ['events', '--site', 'shop', '--range', '1d', '--output', '-'];
  expect((await run(day)).code).toBe(0);
  const before = [...june.slice(0, 3), '--from', '2026-05-31', '--to', '2026-05-31', '--timezone', 'America/New_York'];
  expect(linesOf((await run([...before, '--output', '-'])).stdout)).toBe(101);
  const profiles = ['profile-performance', '--site', 'shop', '--param', 'profile_ids=a,b', '--output', '-'];
  expect(linesOf((await run(profiles)).stdout)).toBe(1);
});

it('takes no file from anybody, unless it is told to', async () => {
  await writeFile(file('taken.csv'), 'mine');
  await writeFile(file('target.csv'), 'mine');
  await symlink(file('target.csv'), file('link.csv'));
  for (const name of ['taken.csv', 'link.csv']) {
    const { code, stderr } = await run([...june, '--output', file(name)]);
    expect([code, stderr]).toEqual([
      1,
      `export: ${file(name)} is there already: choose another name, or replace it with --force.\n`,
    ]);
  }
  expect((await run([...june, '--output', file('link.csv'), '--force'])).code).toBe(0);
  expect(await readFile(file('target.csv'), 'utf8')).toBe('mine');
  expect((await readdir(folder)).sort()).toEqual(['link.csv', 'taken.csv', 'target.csv']);
});

it.each([
  [[], 'Name one dataset to export.'],
  [['events'], 'Say with --output FILE where to write, or with --output - to stdout.'],
  [['events', '--output', '-'], 'Say with --site ID of which site.'],
  [['nothing', '--site', 'shop', '--output', '-'], 'There is no such dataset'],
  [[...june, '--format', 'doc', '--output', '-'], '--format takes one of csv'],
  [[...june, '--output', 'x.xlsx.gz'], 'A file of format xlsx is compressed already'],
  [[...june, '--range', '7d', '--output', '-'], 'Give either --range, or --from and --to.'],
  [['events', '--site', 'shop', '--from', '2026-06-01', '--output', '-'], 'Give both --from and --to.'],
  [['events', '--site', 'shop', '--from', 'x', '--to', 'y', '--output', '-'], 'date_range'],
  [[...june, '--param', 'limit', '--output', '-'], '--param takes NAME=VALUE'],
  [[...june, '--colour', 'red', '--output', '-'], "Unknown option '--colour'"],
  [
    [...june, '--format', 'ndjson', '--metadata', '--output', '-'],
    '--metadata does nothing in a file of format ndjson',
  ],
  [[...june, '--format', 'json', '--bom', '--output', '-'], '--bom does nothing in a file of format json'],
  [['events', '--site', 'nobody', '--output', '-'], 'There is no site "nobody": check the name.'],
])('refuses %j with a sentence', async (args, message) => {
  const { code, stderr } = await run(args);
  expect(code).toBe(1);
  expect(stderr).toContain(`export: ${message}`);
  expect(stderr.trimEnd().split('\n').length).toBe(1);
});

it('says what is wrong with the place of the file', async () => {
  const { code, stderr } = await run([...june, '--output', join(folder, 'none', 'june.csv')]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^export: ENOENT: no such file or directory.*\.\n$/)]);
});

it('says that there is no database', async () => {
  const { code, stderr } = await run([...june, '--output', '-'], { hasDatabase: false });
  expect([code, stderr]).toEqual([1, expect.stringContaining('There is no database')]);
});

it('shows a bar where somebody looks', async () => {
  const { stderr } = await run([...june, '--output', file('june.csv')], { isTTY: true });
  const shown = stderr.split('\r\u001b[K');
  expect(shown[1]).toMatch(/^\[=* *\] \d+ % {2}\d+ rows {2}\d+ (bytes|KB)$/);
  expect(shown.at(-1)).toBe(`${file('june.csv')}: 100 rows  10 KB  of 1 June 2026 (Europe/Berlin)\n`);
});

it('helps', async () => {
  const { code, stdout } = await run(['--help']);
  expect([code, stdout.toString()]).toEqual([0, expect.stringContaining('Usage: npm run export')]);
  expect(stdout.toString()).toMatch(/without them:\n(.*\n)* +today for events\n/);
});

describe('as a process', () => {
  const command = fileURLToPath(new URL('../dist/exports/export-command.js', import.meta.url));
  const start = (args: string[]) => {
    const env = { PATH: process.env.PATH, DATABASE_URL: database.url };
    const big = ['events', '--site', 'big', '--range', 'all', '--format', 'xlsx'];
    return endWithTest(spawn(process.execPath, [command, ...big, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  };

  it('leaves nothing when it is interrupted', async () => {
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

  it('ends when nobody reads what it writes', async () => {
    const child = start(['--output', '-']);
    await once(child.stdout!, 'data');
    child.stdout!.destroy();
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
  });
});
