/** Turns the lockfile into installed packages, once per content of the lockfile and the manifests. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeSettings } from './native-settings.mjs';
import { packageFolders } from './package-folders.mjs';
import { runTool } from './run-tool.mjs';

/** Installs the workspace with the pinned pnpm unless that was done; returns the output of a failure, else undefined. */
export async function install(root, note) {
  const stampFile = join(root, 'node_modules', '.millrace-installed');
  const stamp = installStamp(root);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return undefined;
  note('Installing packages (about a minute the first time)...');
  const [command, ...prefix] = await findPnpm(root);
  const env = { ...(await nativeSettings()), ...process.env, CI: 'true', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
  // NODE_ENV=production would leave out the compiler, hence --prod=false.
  const args = [...prefix, 'install', '--frozen-lockfile', '--prod=false'];
  const { code, output } = await runTool(command, args, { cwd: root, env });
  if (code !== 0) return output;
  writeFileSync(stampFile, stamp);
  return undefined;
}

/** The pnpm on the PATH when it is the pinned one, else npx, which fetches the pinned one into its cache. */
async function findPnpm(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = packageManager.slice('pnpm@'.length).split('+')[0];
  const env = { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
  const found = await runTool('pnpm', ['--version'], { cwd: root, env });
  return found.code === 0 && found.output.trim() === wanted ? ['pnpm'] : ['npx', '--yes', `pnpm@${wanted}`];
}

/** Everything that decides what an installation holds, as one hash. */
function installStamp(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  const manifests = packageFolders(root).map((folder) => join(folder, 'package.json'));
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'package.json', ...manifests.sort()]) {
    const file = join(root, name);
    if (existsSync(file)) hash.update(`${name}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}
