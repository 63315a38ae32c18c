/** Turns the TypeScript of all packages into JavaScript, only where something changed. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './run-tool.mjs';

/** Compiles the workspace incrementally; returns the compiler's output when it failed, else undefined. */
export async function build(root) {
  forgetRemovedOutputs(root);
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await runTool(process.execPath, [compiler, '-b', '--pretty', 'false'], { cwd: root });
  if (code !== 0) return output;
  removeLeftovers(root);
  return undefined;
}

/** Folders of all that is compiled. */
function projects(root) {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return references.map(({ path }) => path);
}

/** The compiler trusts its note of an earlier build, even when the output folder has been deleted since. */
function forgetRemovedOutputs(root) {
  for (const name of projects(root)) {
    const note = join(root, name, 'tsconfig.tsbuildinfo');
    if (existsSync(note) && !existsSync(join(root, name, 'dist'))) rmSync(note);
  }
}

/** The compiler leaves what it made of a module that is gone, and an import of that goes on working, but only here. */
export function removeLeftovers(root) {
  for (const name of projects(root)) {
    const { rootDir, outDir } = JSON.parse(readFileSync(join(root, name, 'tsconfig.json'), 'utf8')).compilerOptions;
    for (const output of readdirSync(join(root, name, outDir), { recursive: true })) {
      const module = /^(.*?)(?:\.d\.ts|\.js|\.js\.map)$/.exec(output)?.[1];
      if (module !== undefined && !existsSync(join(root, name, rootDir, `${module}.ts`)))
        rmSync(join(root, name, outDir, output));
    }
  }
}
