/** A new user's first five minutes: clone, `npm start`, send the printed curl command, see the event counted, stop. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@millrace/dev/stores/free-port';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
// With mktemp's permissions: closed to others, so as root this also tests Postgres in a folder that its user cannot enter.
const folder = mkdtempSync(join(tmpdir(), 'millrace-clone-'));
const clone = join(folder, 'millrace');
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  execFileSync('git', ['clone', '--quiet', root, clone]);
  env = {
    // Without variables of this test run: a new user has a PATH and a home.
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? folder,
    INGESTION_PORT: String(await findFreePort()),
    PROCESSOR_PORT: String(await findFreePort()),
    SCHEDULER_PORT: String(await findFreePort()),
    REPORTING_PORT: String(await findFreePort()),
    REPORTING_WORKER_PORT: String(await findFreePort()),
  };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('npm start on a clean clone counts the first event, keeps it over a restart, and leaves no process behind', async () => {
  const first = await startMillrace();
  expect(await sendPrintedEvent(first.output)).toEqual({ status: 'ok' });
  await expect.poll(() => countedViews(first.output), { timeout: 60_000 }).toBe(1);
  importLine();
  await expect.poll(() => countedViews(first.output), { timeout: 60_000 }).toBe(2);
  await stopMillrace(first.npm);

  const second = await startMillrace();
  expect(second.output, 'what was installed is there').not.toContain('Installing');
  expect(await countedViews(second.output)).toBe(2);
  await stopMillrace(second.npm);
}, 300_000);

interface Started {
  npm: ChildProcess;
  output: string;
}

function startMillrace(): Promise<Started> {
  const npm = endWithTest(spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      if (/\/stats\?.*\n/.test(output)) resolve({ npm, output });
    };
    npm.stdout.on('data', read);
    npm.stderr.on('data', read);
    npm.once('close', (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
  });
}

async function sendPrintedEvent(output: string): Promise<unknown> {
  const [, url = '', body = ''] = /curl -X POST (\S+) .*-d '(.*)'/.exec(output) ?? [];
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return response.json();
}

/** Imports a log into the running Millrace, whose ports are not the defaults. */
function importLine(): void {
  const time = new Date().toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (\S+) GMT$/, '$1/$2/$3:$4 +0000');
  const log = join(folder, 'access.log');
  writeFileSync(log, `203.0.113.7 - - [${time}] "GET / HTTP/1.1" 200 5 "-" "-"\n`);
  const { PATH, HOME } = env;
  execFileSync('npm', ['run', 'import', '--', log, '--site', 'first'], { cwd: clone, env: { PATH, HOME } });
}

async function countedViews(output: string): Promise<unknown> {
  const [, url = ''] = /curl '(\S+\/stats\S+)'/.exec(output) ?? [];
  const answer = (await (await fetch(url)).json()) as { total_views: number };
  return answer.total_views;
}

async function stopMillrace(npm: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => npm.once('close', resolve));
  npm.kill('SIGTERM');
  expect(await ended).toBe(0);
  await expect.poll(processesOfClone, { timeout: 60_000 }).toEqual([]);
}

/** Reads /proc if it exists: slim images have no ps. */
function processesOfClone(): string[] {
  const commands = existsSync('/proc/self')
    ? readdirSync('/proc')
        .filter((entry) => /^\d+$/.test(entry))
        .map(commandLine)
    : execFileSync('ps', ['-axo', 'args='], { encoding: 'utf8' }).split('\n');
  return commands.filter((command) => command.includes(clone));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
