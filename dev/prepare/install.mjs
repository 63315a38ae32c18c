/** Installs the packages of the workspace with the pinned pnpm, again only when the lockfile or a manifest has changed. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeSettings } from './native-settings.mjs';
import { packageFolders } from './package-folders.mjs';
import { runTool } from './run-tool.mjs';
import { runningPackages } from './transpile.mjs';

/** How often pnpm's progress is shown. */
const progressEveryMs = 5_000;

/**
 * Installs what starting needs, which are the `dependencies` of all packages; for tests, checks and benches their
 * `devDependencies` as well. Returns pnpm's output when it failed, otherwise undefined.
 */
export async function install(root, { withTools, note }) {
  const stampFile = join(root, 'node_modules', '.millrace-installed');
  const stamp = installStamp(root);
  const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
  if (installed === `${stamp} all` || (!withTools && installed === `${stamp} lean`)) return undefined;
  // An installation that is interrupted must not pass for the one before.
  rmSync(stampFile, { force: true });
  note(withTools ? 'Installing packages, with what tests and checks need...' : 'Installing packages...');
  const [command, ...prefix] = await findPnpm(root);
  const env = { ...(await nativeSettings()), ...process.env, CI: 'true', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
  // NODE_ENV=production would leave out what tests need, hence --prod=false.
  const kinds = withTools ? ['--prod=false'] : ['--prod', ...leanFilters];
  const args = [...prefix, 'install', '--frozen-lockfile', '--reporter=append-only', ...kinds];
  const { code, output } = await runTool(command, args, { cwd: root, env, onLine: progressNotes(note) });
  if (code !== 0) return output;
  writeFileSync(stampFile, `${stamp} ${withTools ? 'all' : 'lean'}`);
  return undefined;
}

const leanFilters = [
  'millrace',
  ...[...runningPackages, 'dashboard', 'sdk/browser'].map((name) => `{${name}}`),
].flatMap((filter) => ['--filter', filter]);

/** Passes on some of pnpm's lines `Progress: resolved 380, reused 120, downloaded 210, added 300`. */
function progressNotes(note) {
  let noted = Date.now();
  return (line) => {
    if (!line.startsWith('Progress:') || Date.now() - noted < progressEveryMs) return;
    noted = Date.now();
    note(`  ${line.slice('Progress:'.length).trim()}`);
  };
}

/** The pnpm on the PATH if it has the pinned version, otherwise npx, which downloads that version into its cache. */
async function findPnpm(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = packageManager.slice('pnpm@'.length).split('+')[0];
  const env = { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
  const found = await runTool('pnpm', ['--version'], { cwd: root, env });
  return found.code === 0 && found.output.trim() === wanted ? ['pnpm'] : ['npx', '--yes', `pnpm@${wanted}`];
}

/** A hash of everything that decides what is installed. */
function installStamp(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  const manifests = packageFolders(root).map((folder) => join(folder, 'package.json'));
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'package.json', ...manifests.sort()]) {
    const file = join(root, name);
    if (existsSync(file)) hash.update(`${name}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}
