/** Installs the engines that answers are compared with, on demand and outside the workspace: only the bench needs their half gigabyte. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from '@millrace/dev/workspace-root';
import type { Bench } from '../bench.js';

export type EngineName = 'clickhouse' | 'duckdb';

export const enginePackages: Record<EngineName, { name: string; version: string }> = {
  clickhouse: { name: 'chdb', version: '3.4.0' },
  duckdb: { name: '@duckdb/node-api', version: '1.5.6-r.1' },
};

const run = promisify(execFile);
const longestMs = 600_000;

/** Kept between runs. @returns the folder of its `node_modules`, or why it could not be installed. */
export async function installEngine(bench: Bench, engine: EngineName): Promise<{ folder: string } | { why: string }> {
  const { name, version } = enginePackages[engine];
  const folder = join(workspaceRoot, '.millrace', 'bench-engines', `${engine}-${version}`);
  const stamp = join(folder, 'installed');
  if (existsSync(stamp)) return { folder };
  bench.say(`installing ${name} ${version} in ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: version } }));
  try {
    await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder, timeout: longestMs });
  } catch (error) {
    const [line = ''] = String((error as { stderr?: string }).stderr || (error as Error).message)
      .trim()
      .split('\n');
    return { why: `${name} ${version} could not be installed: ${line}` };
  }
  writeFileSync(stamp, '');
  return { folder };
}
