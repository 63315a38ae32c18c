/** Makes the two scripts that pages load of the sources. */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = join(folder, 'src');

/** Each script by its name in dist/. */
const entries = { m: 'script.ts', 'millrace-vitals': 'vitals-script.ts' };

/** Does nothing while both are newer than everything that they are made of. Throws what the bundler found wrong. */
export async function bundleScripts() {
  const made = Object.keys(entries).map((name) => join(folder, 'dist', `${name}.js`));
  const inputs = ['bundle.mjs', 'package.json', ...readdirSync(sources).map((name) => join('src', name))];
  const changedAt = Math.max(...inputs.map((name) => statSync(join(folder, name)).mtimeMs));
  if (made.every((file) => existsSync(file) && statSync(file).mtimeMs > changedAt)) return;
  for (const { path, text } of await bundle()) writeFileSync(path, await shrink(text));
}

async function bundle() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: Object.entries(entries).map(([out, name]) => ({ out, in: join(sources, name) })),
    outdir: join(folder, 'dist'),
    bundle: true,
    minifySyntax: true,
    format: 'iife',
    target: 'es2020',
    write: false,
    logLevel: 'silent',
    // Else every script would begin with "use strict".
    tsconfigRaw: {},
  });
  return outputFiles;
}

/** Names that esbuild gives are less alike from function to function: what comes out of gzip would be 4 % larger. */
async function shrink(text) {
  const { minify } = await import('terser');
  const { code } = await minify(text, { ecma: 2020, compress: { passes: 3 }, format: { comments: /^!/ } });
  return code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleScripts();
