/** Compiles what `npm start` runs, without checking types: `npm test` and `npm run check` do that, and it takes ten times as long. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The packages with code that runs as it is, unlike the bundled ones. */
export const runningPackages = ['shared', 'ingestion', 'processor', 'scheduler', 'reporting', 'dev'];

const modified = (file) => (existsSync(file) ? statSync(file).mtimeMs : -1);

/** @throws the errors of esbuild, which name file and line. */
export async function transpile(root) {
  await Promise.all(runningPackages.map((name) => transpilePackage(join(root, name))));
}

async function transpilePackage(folder) {
  const sources = readdirSync(join(folder, 'src'), { recursive: true }).filter((name) => /(?<!\.d)\.ts$/.test(name));
  const changed = sources.filter((name) => {
    const output = join(folder, 'dist', name.replace(/\.ts$/, '.js'));
    return modified(output) < modified(join(folder, 'src', name));
  });
  if (changed.length === 0) return;
  // The compiler's record of its last build no longer describes what is in dist.
  rmSync(join(folder, 'tsconfig.tsbuildinfo'), { force: true });
  const { build } = await import('esbuild');
  await build({
    entryPoints: changed.map((name) => join(folder, 'src', name)),
    outbase: join(folder, 'src'),
    outdir: join(folder, 'dist'),
    format: 'esm',
    target: 'es2023',
    sourcemap: true,
    logLevel: 'silent',
  });
}
