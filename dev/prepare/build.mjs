/** Compiles the packages, and bundles the dashboard and the scripts for pages. Only what has changed is built again. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTool } from './run-tool.mjs';
import { runningPackages, transpile } from './transpile.mjs';

/**
 * Compiles the packages that run; with `withTools` all packages, and checks their types.
 * Returns the output of the compiler or the bundler when it failed, otherwise undefined.
 */
export async function build(root, { withTools }) {
  forgetRemovedOutputs(root);
  const problems = await Promise.all([withTools ? compile(root) : problemOf(transpile(root)), problemOf(bundle(root))]);
  removeLeftovers(root);
  return problems.find((problem) => problem !== undefined);
}

async function compile(root) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await runTool(process.execPath, [compiler, '-b', '--pretty', 'false'], { cwd: root });
  return code === 0 ? undefined : output;
}

/** @param {Promise<void>} step */
const problemOf = (step) =>
  step.then(
    () => undefined,
    (error) => String(error.stack),
  );

async function bundle(root) {
  mkdirSync(join(root, 'sdk', 'browser', 'dist'), { recursive: true });
  const { bundleScripts } = await import(pathToFileURL(join(root, 'sdk', 'browser', 'bundle.mjs')).href);
  const { bundlePage } = await import(pathToFileURL(join(root, 'dashboard', 'build.mjs')).href);
  await Promise.all([bundleScripts(), bundlePage()]);
}

/** Folders of all compiled packages. */
function projects(root) {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return references.map(({ path }) => path);
}

/** The compiler trusts its record of an earlier build even when the output folder has been deleted since. */
function forgetRemovedOutputs(root) {
  for (const name of projects(root)) {
    const note = join(root, name, 'tsconfig.tsbuildinfo');
    if (existsSync(note) && !existsSync(join(root, name, 'dist'))) rmSync(note);
  }
}

/** Compilers keep the output of deleted modules, so that importing one would still work, but only in this clone. */
export function removeLeftovers(root) {
  for (const name of projects(root)) {
    const { rootDir, outDir } = JSON.parse(readFileSync(join(root, name, 'tsconfig.json'), 'utf8')).compilerOptions;
    const folder = join(root, name, outDir);
    const outputs = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
    for (const output of outputs) {
      const module = /^(.*?)(?:\.d\.ts|\.js|\.js\.map)$/.exec(output)?.[1];
      const isBundle = !runningPackages.includes(name) && !outputs.includes(`${module}.d.ts`);
      if (module === undefined || isBundle) continue;
      const sources = ['ts', 'tsx'].map((ending) => join(root, name, rootDir, `${module}.${ending}`));
      if (!sources.some((source) => existsSync(source))) rmSync(join(folder, output));
    }
  }
}
