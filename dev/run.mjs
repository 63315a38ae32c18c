/** Installs and builds what a command needs, with nothing but Node and npm, then runs the command. */
import { accessSync, constants, existsSync, mkdirSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './prepare/build.mjs';
import { explainFailure } from './prepare/explain-failure.mjs';
import { install } from './prepare/install.mjs';
import { nodeProblem } from './prepare/node-problem.mjs';
import { waitForLock } from './prepare/process-lock.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const targets = {
  start: 'dev/dist/start.js',
  test: 'dev/dist/test.js',
  check: 'dev/dist/check.js',
  fuzz: 'dev/dist/fuzz.js',
  bench: 'bench/dist/src/main.js',
  import: 'ingestion/dist/import/main.js',
  seed: 'ingestion/dist/seed/main.js',
  verify: 'processor/dist/verify/verify-command.js',
  export: 'reporting/dist/exports/export-command.js',
  erase: 'processor/dist/erase/erase-command.js',
  workers: 'dev/dist/workers.js',
  keys: 'shared/dist/commands/keys-command.js',
};
/** Commands for people who change Millrace: they need the packages for tests and checks, too. */
const withTools = ['test', 'check', 'fuzz', 'bench'];
/** Commands that use the database of a running `npm start` unless DATABASE_URL names another. */
const onDatabase = ['verify', 'erase', 'export', 'keys'];
const onIngestion = ['import', 'seed'];

function fail(sentence) {
  writeSync(2, `${sentence}\n`);
  // For verify, 1 means that it found differences.
  process.exit(process.argv[2] === 'verify' ? 2 : 1);
}

/** Explains a failed step: one sentence if the cause is known, otherwise the last lines of the tool. */
function failStep(what, output) {
  const lines = output.trimEnd().split('\n').slice(-40).join('\n');
  fail(explainFailure(output, root) ?? `${what} failed:\n${lines}`);
}

/** Installs and builds what is missing, under a lock that other copies of this script wait for. */
async function prepare(needs, note) {
  const folder = join(root, '.millrace');
  // Checked first: on a read-only disk mkdir would complain about a missing folder.
  accessSync(existsSync(folder) ? folder : root, constants.W_OK);
  mkdirSync(folder, { recursive: true });
  const release = await waitForLock(join(folder, 'prepare.lock'), (pid) =>
    note(`Another command (process ${pid}) is installing or building; waiting for it...`),
  );
  try {
    const installProblem = await install(root, { ...needs, note });
    if (installProblem !== undefined) return ['Installing the packages', installProblem];
    const buildProblem = await build(root, needs);
    return buildProblem === undefined ? undefined : ['Building', buildProblem];
  } finally {
    release();
  }
}

async function readSettingFiles() {
  const { readSettingFiles: read } = await import('./dist/start/setting-files.js');
  try {
    read(process.env);
  } catch (error) {
    fail(error.message);
  }
}

async function findDatabase() {
  const { runningDatabaseUrl } = await import('./dist/start/running-database.js');
  try {
    const url = runningDatabaseUrl(process.env);
    if (url) process.env.DATABASE_URL = url;
  } catch (error) {
    fail(`The database of \`npm start\` cannot be found: ${error.message}`);
  }
}

/** Commands that send events use a running `npm start` unless MILLRACE_URL names another address. */
async function findIngestion() {
  if (process.env.MILLRACE_URL) return;
  const { runningIngestion } = await import('./dist/start/running-ingestion.js');
  const found = runningIngestion(resolve(root, process.env.MILLRACE_DATA_DIR || '.millrace'));
  if (!found) {
    // Perhaps it is still starting.
    if (process.env.INGESTION_PORT) process.env.MILLRACE_URL = `http://localhost:${process.env.INGESTION_PORT}`;
    return;
  }
  process.env.MILLRACE_URL = found.url;
  process.env.MILLRACE_REPORTING_URL ||= found.reportingUrl;
  if (found.readKeyFile) process.env.MILLRACE_READ_KEY_FILE ||= found.readKeyFile;
}

async function main() {
  const versionProblem = nodeProblem(process.versions.node);
  if (versionProblem) fail(versionProblem);
  const [node, , command, ...rest] = process.argv;
  const target = Object.hasOwn(targets, command ?? '') ? join(root, targets[command]) : undefined;
  if (!target) fail(`Usage: node dev/run.mjs <${Object.keys(targets).join('|')}> [arguments]`);
  try {
    const needs = { withTools: withTools.includes(command) };
    const problem = await prepare(needs, (line) => writeSync(2, `${line}\n`));
    if (problem) failStep(...problem);
  } catch (error) {
    failStep('Preparing the workspace', String(error.stack));
  }
  process.argv = [node, target, ...rest];
  if (onIngestion.includes(command)) await findIngestion();
  // npm runs scripts in the root, but relative paths of these commands start in the folder the user is in.
  if (['import', 'export'].includes(command) && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  if (onDatabase.includes(command) || ['start', 'workers'].includes(command)) await readSettingFiles();
  if (onDatabase.includes(command)) await findDatabase();
  await import(pathToFileURL(target).href);
}

await main();
