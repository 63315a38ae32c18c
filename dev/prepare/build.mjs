/** Turns the TypeScript of all packages into JavaScript, only where something changed. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './run-tool.mjs';

/** Compiles the workspace incrementally; returns the compiler's output when it failed, else undefined. */
export async function build(root) {
  forgetRemovedOutputs(root);
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await runTool(process.execPath, [compiler, '-b', '--pretty', 'false'], { cwd: root });
  return code === 0 ? undefined : output;
}

/** The compiler trusts its note of an earlier build, even when the output folder has been deleted since. */
function forgetRemovedOutputs(root) {
  for (const name of readdirSync(root)) {
    const note = join(root, name, 'tsconfig.tsbuildinfo');
    if (existsSync(note) && !existsSync(join(root, name, 'dist'))) rmSync(note);
  }
}
