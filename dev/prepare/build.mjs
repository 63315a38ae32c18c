/** Compiles all packages, and bundles the scripts for pages and the dashboard, only where something changed. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTool } from './run-tool.mjs';

/** Compiles the workspace incrementally; returns what the compiler or the bundler said when it failed, else undefined. */
export async function build(root) {
  forgetRemovedOutputs(root);
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await runTool(process.execPath, [compiler, '-b', '--pretty', 'false'], { cwd: root });
  if (code !== 0) return output;
  removeLeftovers(root);
  return bundle(root);
}

async function bundle(root) {
  try {
    const { bundleScripts } = await import(pathToFileURL(join(root, 'sdk', 'browser', 'bundle.mjs')).href);
    const { bundlePage } = await import(pathToFileURL(join(root, 'dashboard', 'build.mjs')).href);
    await Promise.all([bundleScripts(), bundlePage()]);
    return undefined;
  } catch (error) {
    return String(error.stack);
  }
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
    const outputs = readdirSync(join(root, name, outDir), { recursive: true });
    for (const output of outputs) {
      const module = /^(.*?)(?:\.d\.ts|\.js|\.js\.map)$/.exec(output)?.[1];
      // The bundler declares no types.
      if (module === undefined || !outputs.includes(`${module}.d.ts`)) continue;
      const sources = ['ts', 'tsx'].map((ending) => join(root, name, rootDir, `${module}.${ending}`));
      if (!sources.some((source) => existsSync(source))) rmSync(join(root, name, outDir, output));
    }
  }
}
