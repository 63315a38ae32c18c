import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { workspaceRoot } from '@millrace/dev/workspace-root';
import pg from 'pg';
import type { Bench } from '../bench.js';

/** Magic number of an in-memory file system, see statfs(2): fsync costs nothing there. */
const tmpfs = 0x01021994;

const run = (command: string, args: string[]) =>
  execFileSync(command, args, { cwd: workspaceRoot, encoding: 'utf8' }).trim();

/** Short hash, with `-dirty` when files differ from the commit; changed results do not count. */
export function describeCommit(): string {
  try {
    const changes = run('git', ['status', '--porcelain', '--', '.', ':!bench/results.md', ':!bench/explain.md']);
    return `${run('git', ['rev-parse', '--short', 'HEAD'])}${changes ? '-dirty' : ''}`;
  } catch {
    return 'unknown';
  }
}

function packageVersion(name: string): string {
  const manifest = readFileSync(join(workspaceRoot, 'bench', 'node_modules', name, 'package.json'), 'utf8');
  return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
}

async function postgresVersion(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return rows[0]?.server_version ?? '';
}

export async function describeMachine(bench: Bench): Promise<string[]> {
  const [cpu] = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`;
  const redis = /v=(\S+)/.exec(run('redis-server', ['--version']))?.[1] ?? '';
  const versions = [
    `node ${process.versions.node}`,
    `redis ${redis}`,
    `postgres ${await postgresVersion(bench.postgresUrl)}`,
  ];
  const inMemory = statfsSync(tmpdir()).type === tmpfs;
  return [
    `machine: ${cpu?.model.trim()}, ${cpus().length} cores, ${memory}, ${type()} ${release()}`,
    `data: in the temporary folder${inMemory ? ', which is in memory: fsync costs nothing there' : ', on a disk'}`,
    `versions: ${[...versions, ...['bullmq', 'express'].map(packageVersion), `wrk ${bench.wrkVersion}`].join(', ')}`,
  ];
}
