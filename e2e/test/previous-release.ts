/** Checks out, installs and builds the previous release in a folder that later runs reuse. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, '.millrace', 'previous-release');

interface Release {
  version: string;
  commit: string;
}

/** Named in a file, so that a release changes one line. */
const previousRelease = JSON.parse(
  readFileSync(new URL('../previous-release.json', import.meta.url), 'utf8'),
) as Release;

const git = (...args: string[]) => run('git', args, { cwd: root });

/** @throws Error with what to do when the clone does not have the commit. */
async function requireCommit({ version, commit }: Release): Promise<void> {
  await git('cat-file', '-e', `${commit}^{commit}`).catch(() => {
    throw new Error(
      `Release ${version} (commit ${commit.slice(0, 12)}, named in e2e/previous-release.json) is not in this clone, which may be shallow: run git fetch --unshallow, or clone with its whole history.`,
    );
  });
}

function forgetOtherReleases(commit: string): void {
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    if (name !== commit) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** Installs from the same package store as this clone, and builds with the release's own script. */
async function prepare(folder: string): Promise<void> {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const command = ['dev/run.mjs', 'import', '--help'];
  await run(process.execPath, command, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
}

/** Resolves with the folder of the built release. The build takes a few seconds the first time only. */
export async function buildPreviousRelease(): Promise<string> {
  const { commit } = previousRelease;
  const folder = join(cache, commit);
  const stamp = join(cache, commit, '.millrace-built');
  if (existsSync(stamp)) return folder;
  await requireCommit(previousRelease);
  forgetOtherReleases(commit);
  rmSync(folder, { recursive: true, force: true });
  await git('worktree', 'prune');
  await git('worktree', 'add', '--detach', folder, commit);
  await prepare(folder);
  writeFileSync(stamp, '');
  return folder;
}
