/** Turns a load into a run of wrk, told by a Lua script what to send and how to report. */
import { fileURLToPath } from 'node:url';
import type { Load, LoadResult, LoadTool } from './load.js';
import { runTool } from './run-tool.js';

const script = fileURLToPath(new URL('../../../src/load/send-bodies.lua', import.meta.url));

interface WrkReport {
  requests: number;
  failed: number;
  micros: number;
  p99Micros: number;
}

async function run(load: Load, onStart?: (pid: number) => void): Promise<LoadResult> {
  const { url, connections, seconds, bodiesFile } = load;
  const sizes = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`];
  const args = [...sizes, '--timeout', '10s', '--script', script, url, '--', bodiesFile];
  const { requests, failed, micros, p99Micros } = (await runTool('wrk', args, seconds, onStart)) as WrkReport;
  return { ok: requests - failed, failed, seconds: micros / 1e6, p99Ms: p99Micros / 1_000 };
}

export const wrkTool = (version: string): LoadTool => ({ name: `wrk ${version}`, run });
