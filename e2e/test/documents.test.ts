/** Every block marked `sh` in README.md and docs/ runs as it stands on one Millrace, started as README.md says, and prints what it shows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  commandsOf,
  documentBlocks,
  documentPaths,
  type PrintedCommand,
  readDocument,
} from '@millrace/dev/checks/document-blocks';
import { services } from '@millrace/dev/start/services';
import { findFreePort } from '@millrace/dev/stores/free-port';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'millrace-documents-'));
const ports = new Map<number, number>();
let env: NodeJS.ProcessEnv;
let millrace: ChildProcess;

const printedIn = (path: string): PrintedCommand[] =>
  documentBlocks(readDocument(root, path))
    .filter(({ language }) => language === 'sh')
    .flatMap(commandsOf);
const documents = documentPaths(root).map((path) => ({ path, commands: printedIn(path) }));
const [start, ...rest] = documents[0]!.commands;
documents[0]!.commands = rest;

/** The workspace under another name, so that `.millrace` and the files that commands write are this test's own. */
function linkWorkspace(): void {
  const entries = readdirSync(root).filter((name) => !['.millrace', '.git'].includes(name));
  for (const name of entries) symlinkSync(join(root, name), join(folder, name));
}

beforeAll(async () => {
  linkWorkspace();
  env = { PATH: process.env.PATH, HOME: process.env.HOME ?? folder, MILLRACE_DATA_DIR: join(folder, '.millrace') };
  for (const { portVariable, defaultPort } of services) {
    const port = await findFreePort();
    ports.set(defaultPort, port);
    env[portVariable] = String(port);
  }
  millrace = endWithTest(spawn('bash', ['-c', `exec ${start!.command}`], { cwd: folder, env }));
  let output = '';
  for (const stream of [millrace.stdout!, millrace.stderr!]) stream.on('data', (chunk) => (output += chunk));
  await eventually(
    async () => output.includes('Millrace is ready') || output.length,
    `${start!.command} is ready`,
    180_000,
  );
}, 600_000);

afterAll(async () => {
  const ended = new Promise((resolve) => millrace.once('close', resolve));
  millrace.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

/** Failed requests fail the command; and not every machine has psql. */
const prelude = `
curl() { command curl --silent --show-error --fail-with-body "$@"; }
psql() { (cd e2e && node -e '
  const { Client } = require("pg");
  const [url, , sql] = process.argv.slice(1);
  const client = new Client(url);
  client.connect().then(() => client.query(sql)).then(({ rows }) => console.log(JSON.stringify(rows))).then(() => client.end());
' -- "$@"); }
`;

/** A shell that keeps variables and functions from one command of a document to the next. */
function openShell() {
  const shell = endWithTest(spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env }));
  let errors = '';
  shell.stderr.on('data', (chunk) => (errors += chunk));
  shell.stdin.write(prelude);

  function run(command: string): Promise<{ stdout: string; code: number; errors: string }> {
    errors = '';
    return new Promise((resolve) => {
      let stdout = '';
      const read = (chunk: Buffer) => {
        stdout += chunk;
        const end = /@@end (\d+)@@$/.exec(stdout);
        if (!end) return;
        shell.stdout.off('data', read);
        resolve({ stdout: stdout.slice(0, end.index), code: Number(end[1]), errors });
      };
      shell.stdout.on('data', read);
      shell.stdin.write(`{ ${command}\n} </dev/null; printf '@@end %s@@' $?\n`);
    });
  }
  return { run, close: () => shell.stdin.end() };
}

/** Addresses of `npm start`, as they are on this machine now. */
const local = (command: string) =>
  command.replace(/localhost:(\d+)/g, (address, port) => `127.0.0.1:${ports.get(Number(port)) ?? address}`);

function pattern(output: string): RegExp {
  const literal = output.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('[^]*')}$`);
}

it('begins by starting Millrace as README.md says', () => {
  expect(start?.command).toBe('npm start');
});

it.each(documents.filter(({ commands }) => commands.length > 0))(
  'runs every command of $path as printed',
  async ({ commands }) => {
    const shell = openShell();
    for (const { command, output } of commands) {
      let said = '';
      const isAsPrinted = async () => {
        const { stdout, code, errors } = await shell.run(local(command));
        said ||= `exit code ${code}\n${stdout.slice(0, 2_000)}\n${errors.slice(0, 2_000)}`;
        if (code !== 0) return false;
        return output === undefined || pattern(output).test(stdout.replaceAll('\r\n', '\n').trimEnd());
      };
      // Events are stored within a second and rolled up within a minute or two, and a busy machine takes longer.
      await eventually(isAsPrinted, `${command}\nprints\n${output ?? 'anything'}`, 180_000).catch((error: Error) => {
        throw new Error(`${error.message}\nAt first it said: ${said}`);
      });
    }
    shell.close();
  },
  600_000,
);

it('names the pnpm that the workspace is pinned to', async () => {
  const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(readDocument(root, 'docs/operations.md')).toContain(`npx --yes ${packageManager} install`);
});
