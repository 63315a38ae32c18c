import { join } from 'node:path';
import { runProgram } from '../processes/run-program.js';

/** Compiles the packages, then checks the tests, which are never built. */
export async function checkTypes(root: string): Promise<string[]> {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const problems: string[] = [];
  for (const args of [['-b'], ['-p', 'tsconfig.tests.json']]) {
    const { code, output } = await runProgram(compiler, [...args, '--pretty', 'false'], { cwd: root });
    if (code !== 0) problems.push(output);
  }
  return problems;
}
