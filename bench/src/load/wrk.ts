import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CommandError } from '@millrace/shared/commands/command-error';
import { runTool } from './run-tool.js';

/** Sends as many requests as the server can handle. */
interface Load {
  url: string;
  connections: number;
  seconds: number;
  /** One JSON body per line, sent in turn and over again. */
  bodiesFile: string;
}

export interface LoadResult {
  /** Responses with status 200. */
  ok: number;
  /** Responses with another status, and failed connections. */
  failed: number;
  seconds: number;
}

interface WrkReport {
  requests: number;
  failed: number;
  micros: number;
}

const script = fileURLToPath(new URL('../../../src/load/send-bodies.lua', import.meta.url));

/** @throws CommandError when wrk is not installed. A load generator in Node is slower than ingestion and would set the rate. */
export function readWrkVersion(): string {
  const { error, stdout } = spawnSync('wrk', ['--version'], { encoding: 'utf8' });
  if (error) throw new CommandError('The bench needs wrk on the PATH: install the package of that name.');
  return /^wrk (\S+)/.exec(stdout)?.[1] ?? '';
}

/** Calls `onStart` with the id of the process that makes the load. */
export async function runWrk(load: Load, onStart?: (pid: number) => void): Promise<LoadResult> {
  const { url, connections, seconds, bodiesFile } = load;
  const sizes = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`];
  const args = [...sizes, '--timeout', '10s', '--script', script, url, '--', bodiesFile];
  const { requests, failed, micros } = (await runTool('wrk', args, seconds, onStart)) as WrkReport;
  return { ok: requests - failed, failed, seconds: micros / 1e6 };
}
