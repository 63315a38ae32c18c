/** Turns what is installed on this machine into the tool that makes the load of a run, on all sides the same. */
import { spawnSync } from 'node:child_process';
import { autocannonTool } from './autocannon-tool.js';
import type { LoadTool } from './load.js';
import { wrkTool } from './wrk-tool.js';

export function chooseLoadTool(): LoadTool {
  const { error, stdout } = spawnSync('wrk', ['--version'], { encoding: 'utf8' });
  return error ? autocannonTool() : wrkTool(/^wrk (\S+)/.exec(stdout)?.[1] ?? '');
}
