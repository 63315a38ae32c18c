/** Turns a load into a run of autocannon in a process of its own. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Load, LoadResult, LoadTool } from './load.js';
import { runNodeTool } from './run-tool.js';

const child = fileURLToPath(new URL('autocannon-child.js', import.meta.url));

async function run(load: Load, onStart?: (pid: number) => void): Promise<LoadResult> {
  return (await runNodeTool(child, load, load.seconds, onStart)) as LoadResult;
}

export function autocannonTool(): LoadTool {
  const manifest = createRequire(import.meta.url).resolve('autocannon/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const caution = `made by autocannon, since there is no wrk on the PATH: rates above some 25,000/s are its limit`;
  return { name: `autocannon ${version}`, caution, run };
}
