/** Compiles what `npm start` runs, without checking types: `npm test` and `npm run check` do that, and it takes ten times as long. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The packages with code that runs as it is, unlike the bundled ones. */
export const runningPackages = ['shared', 'ingestion', 'processor', 'scheduler', 'reporting', 'dev'];

const madeAt = (output) => (existsSync(output) ? statSync(output).mtimeMs : -1);
/** Unlike the time of modification, which comes out of an archive with the file, this is when the file was written here. */
const changedAt = (source) => statSync(source).ctimeMs;

/** @throws the errors of esbuild, which name file and line. */
export async function transpile(root) {
  await Promise.all(runningPackages.map((name) => transpilePackage(join(root, name))));
}

async function transpilePackage(folder) {
  const begunAt = new Date();
  const sources = readdirSync(join(folder, 'src'), { recursive: true }).filter((name) => /(?<!\.d)\.ts$/.test(name));
  const changed = sources.filter((name) => {
    const output = join(folder, 'dist', name.replace(/\.ts$/, '.js'));
    return madeAt(output) < changedAt(join(folder, 'src', name));
  });
  if (changed.length === 0) return;
  // The compiler's record of its last build no longer describes what is in dist.
  rmSync(join(folder, 'tsconfig.tsbuildinfo'), { force: true });
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: changed.map((name) => join(folder, 'src', name)),
    outbase: join(folder, 'src'),
    outdir: join(folder, 'dist'),
    format: 'esm',
    target: 'es2023',
    sourcemap: true,
    write: false,
    logLevel: 'silent',
  });
  for (const { path, contents } of outputFiles) writeWhole(path, contents, begunAt);
}

/**
 * Written under another name first, so that a file cut short by an interruption or a full disk is never used. It gets the time at
 * which the build began, so that a source edited during the build counts as newer.
 */
function writeWhole(path, contents, begunAt) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, contents);
  utimesSync(`${path}.part`, begunAt, begunAt);
  renameSync(`${path}.part`, path);
}
