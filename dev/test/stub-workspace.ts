import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { findFreePort } from '../src/stores/free-port.js';
import { makeStoresFolder } from '../src/stores/throw-away-folder.js';

const devFolder = fileURLToPath(new URL('..', import.meta.url));
const portVariables = {
  ingestion: 'INGESTION_PORT',
  processor: 'PROCESSOR_PORT',
  scheduler: 'SCHEDULER_PORT',
  reporting: 'REPORTING_PORT',
  'reporting-worker': 'REPORTING_WORKER_PORT',
};

/** Responds with 200 to everything, exits on GET /die, takes a moment to stop, and writes a file if it shut down in order. */
const stubService = `
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const name = process.cwd().split('/').at(-1) + (process.argv[1].endsWith('worker.js') ? '_worker' : '');
const port = process.env[name.toUpperCase() + '_PORT'];
const server = createServer((request, response) => {
  if (request.url === '/die') process.exit(7);
  response.end();
});
server.listen(port, process.env.HOST, () => process.stdout.write(JSON.stringify({ level: 30, time: Date.now(), msg: 'listening', pid: process.pid }) + '\\n'));
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => setTimeout(() => {
  writeFileSync(name + '.stopped', '');
  process.exit(0);
}, 300));
`;

const stubConfig = 'export const configSchema = { describe: () => ({ keys: {} }), validate: () => ({}) };';

/** The only table that `npm start` itself writes to. */
const stubMigration = `
import { createRequire } from 'node:module';
const pg = createRequire(process.cwd() + '/../dev/package.json')('pg');
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('create table if not exists api_keys (id uuid primary key, name text, key_hash bytea unique, hint text, scopes text[], site_id text, expires_at timestamptz, origins text[])');
await client.end();
`;

/** A workspace that can be started any number of times. */
export interface StubWorkspace {
  folder: string;
  ports: Record<keyof typeof portVariables, number>;
  /** Starts the supervisor; `env` overrides its defaults. */
  start(env?: Record<string, string>): StubRun;
  /** True if the stub service ended in order after SIGTERM. */
  stoppedInOrder(service: keyof typeof portVariables): boolean;
  /** Command lines of running processes of this workspace. */
  processes(): string[];
  remove(): void;
}

/** One run of the supervisor. */
interface StubRun {
  child: ChildProcess;
  output(): string;
  ready: Promise<void>;
  exitCode: Promise<number | null>;
  /** Sends SIGINT to it and its children in the foreground, as Ctrl-C in a terminal does. */
  interrupt(): void;
}

/** Creates a workspace. `replace` has source text for the main.js of a service or for `migrate`, `configs` for its config.js. */
export async function makeStubWorkspace(
  replace: Record<string, string> = {},
  configs: Record<string, string> = {},
): Promise<StubWorkspace> {
  const folder = makeStoresFolder();
  for (const part of ['dist', 'prepare', 'package.json'])
    cpSync(join(devFolder, part), join(folder, 'dev', part), { recursive: true });
  symlinkSync(join(devFolder, 'node_modules'), join(folder, 'dev', 'node_modules'));
  writeScript(folder, 'shared', 'commands/migrate-command.js', replace.migrate ?? stubMigration);
  const ports = {} as StubWorkspace['ports'];
  for (const name of Object.keys(portVariables) as (keyof typeof portVariables)[]) {
    const part = name.split('-')[1];
    writeScript(folder, folderOf(name), `${part ?? 'main'}.js`, replace[name] ?? stubService);
    writeScript(folder, folderOf(name), `${part ? `${part}-` : ''}config.js`, configs[name] ?? stubConfig);
    // The same free port can be found twice.
    let port: number;
    do port = await findFreePort();
    while (Object.values(ports).includes(port));
    ports[name] = port;
  }
  return {
    folder,
    ports,
    start: (env = {}) => startStub(folder, ports, env),
    stoppedInOrder: (service) => existsSync(join(folder, folderOf(service), `${service.replace('-', '_')}.stopped`)),
    processes: () => processesBelow(folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const folderOf = (service: string) => service.split('-')[0]!;

function writeScript(folder: string, name: string, file: string, source: string): void {
  const target = join(folder, name, 'dist', file);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(join(folder, name, 'package.json'), '{"type":"module"}');
  writeFileSync(target, source);
}

function startStub(folder: string, ports: StubWorkspace['ports'], env: Record<string, string>): StubRun {
  const {
    DATABASE_URL: _database,
    HOST: _host,
    MILLRACE_DATA_DIR: _data,
    LOG_FORMAT: _format,
    ...inherited
  } = process.env;
  const portEnv = Object.entries(portVariables).map(([name, variable]) => [
    variable,
    String(ports[name as keyof typeof ports]),
  ]);
  const child = spawn(process.execPath, [join(folder, 'dev', 'dist', 'start.js')], {
    cwd: folder,
    env: { ...inherited, ...Object.fromEntries(portEnv), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a process group of its own.
    detached: true,
  });
  endWithTest(child);
  let output = '';
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('Millrace is ready')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exitCode.then((code) => reject(new Error(`ended with ${code} before it was ready:\n${output}`)));
  });
  ready.catch(() => undefined);
  const interrupt = () => void process.kill(-child.pid!, 'SIGINT');
  return { child, output: () => output, ready, exitCode, interrupt };
}

/** Reads /proc where there is one: slim images have no ps. */
function processesBelow(folder: string): string[] {
  const commands = existsSync('/proc/self')
    ? readdirSync('/proc')
        .filter((entry) => /^\d+$/.test(entry))
        .map(commandLine)
    : execFileSync('ps', ['-axo', 'args='], { encoding: 'utf8' }).split('\n');
  return commands.filter((command) => command.includes(folder));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
