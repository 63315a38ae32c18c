import { join } from 'node:path';
import { runProgram } from '../processes/run-program.js';

/**
 * Runs `biome ci`: format, lint, import cycles, package boundaries, undeclared dependencies, file names, floating promises.
 * `npx biome check --write` repairs the format and sorts imports.
 */
export async function checkLint(root: string): Promise<string[]> {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const { code, output } = await runProgram(biome, ['ci', '--colors=off'], { cwd: root });
  return code === 0 ? [] : [output];
}
