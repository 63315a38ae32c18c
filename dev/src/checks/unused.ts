import { join } from 'node:path';
import { runProgram } from '../processes/run-program.js';

/** Finds files, exports and dependencies that nothing uses, with knip; knip.json names the entry points. */
export async function checkUnused(root: string): Promise<string[]> {
  const knip = join(root, 'dev', 'node_modules', 'knip', 'bin', 'knip.js');
  const { code, output } = await runProgram(knip, ['--no-progress', '--no-config-hints'], { cwd: root });
  return code === 0 ? [] : [output];
}
