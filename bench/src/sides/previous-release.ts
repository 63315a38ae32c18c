import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '@millrace/dev/processes/run-program';
import { makeThrowAwayFolder } from '@millrace/dev/stores/throw-away-folder';
import { workspaceRoot } from '@millrace/dev/workspace-root';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { Bench } from '../bench.js';

export interface Release {
  /** Short hash. */
  commit: string;
  /** Its workspace folder. */
  root: string;
}

const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: workspaceRoot, encoding: 'utf8', stdio: 'pipe' }).trim();

function resolveCommit(name: string): string {
  try {
    return git('rev-parse', '--short', '--verify', `${name}^{commit}`);
  } catch {
    throw new CommandError(`This clone has no commit "${name}": choose one from \`git log\`, or fetch it first.`);
  }
}

/** Builds the commit given by `--against`; undefined without that option. */
export async function buildPreviousRelease(bench: Bench): Promise<Release | undefined> {
  return bench.against === undefined ? undefined : buildRelease(bench, bench.against);
}

/** Builds the latest release. @throws CommandError when a shallow clone does not have its commit. */
export function buildLastRelease(bench: Bench): Promise<Release> {
  const file = join(workspaceRoot, 'e2e', 'previous-release.json');
  const { commit } = JSON.parse(readFileSync(file, 'utf8')) as { commit: string };
  return buildRelease(bench, commit);
}

/** Checks the commit out in a temporary worktree, removed at the end of the run; running any of its commands installs and builds it. */
async function buildRelease(bench: Bench, name: string): Promise<Release> {
  const commit = resolveCommit(name);
  const root = join(makeThrowAwayFolder(bench.closing), commit);
  git('worktree', 'add', '--detach', root, commit);
  bench.closing.add(() => void git('worktree', 'remove', '--force', root));
  bench.say(`building ${commit}`);
  const { code, output } = await runProgram(join(root, 'dev', 'run.mjs'), ['workers', '--help'], { cwd: root });
  if (code !== 0) throw new CommandError(`Commit ${commit} could not be built:\n${output}`);
  return { commit, root };
}
