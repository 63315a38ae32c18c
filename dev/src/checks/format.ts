/** Turns the whole workspace into Biome's complaints about format and lint. */
import { join } from 'node:path';
import { runProgram } from '../run-program.js';

/** Runs `biome ci`; `npx biome check --write` repairs most of what it finds. */
export async function checkFormat(root: string): Promise<string[]> {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const { code, output } = await runProgram(biome, ['ci', '--colors=off'], { cwd: root });
  return code === 0 ? [] : [output];
}
