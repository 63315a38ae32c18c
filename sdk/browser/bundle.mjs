/** Bundles the two scripts that pages load. */
import { existsSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = join(folder, 'src');

/** The source of each script, by its name in dist/. */
const entries = { m: 'script.ts', 'millrace-vitals': 'vitals-script.ts' };

/** Does nothing if both are newer than all of their sources. @throws the errors of the bundler */
export async function bundleScripts() {
  const made = Object.keys(entries).map((name) => join(folder, 'dist', `${name}.js`));
  const inputs = ['bundle.mjs', 'package.json', ...readdirSync(sources).map((name) => join('src', name))];
  // Not the time of modification: files of a newer release may have been modified before this one was built.
  const changedAt = Math.max(...inputs.map((name) => statSync(join(folder, name)).ctimeMs));
  if (made.every((file) => existsSync(file) && statSync(file).mtimeMs > changedAt)) return;
  const begunAt = new Date();
  for (const { path, text } of await bundle()) {
    const preamble = path.endsWith('vitals.js') ? '/*! web-vitals, Apache-2.0 */' : '';
    // Renamed, so that a file cut short is never used. A source edited during the build counts as newer.
    writeFileSync(`${path}.part`, await shrink(text, preamble));
    utimesSync(`${path}.part`, begunAt, begunAt);
    renameSync(`${path}.part`, path);
  }
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
    // These scripts only run in pages, while `init` of the package may run on a server.
    define: { 'globalThis.document': 'true' },
    // Otherwise every script would begin with "use strict".
    tsconfigRaw: {},
  });
  return outputFiles;
}

/**
 * esbuild gives the variables of similar functions different names, so its output is 4 % larger after gzip. The options called
 * unsafe concern code that replaces built-in functions or uses `this` or `arguments` in a function; ours does neither.
 */
async function shrink(text, preamble) {
  const { minify } = await import('terser');
  const compress = { passes: 5, unsafe: true, unsafe_arrows: true, unsafe_methods: true, pure_getters: true };
  const { code } = await minify(text, { ecma: 2020, module: true, compress, format: { comments: /^!/, preamble } });
  return code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleScripts();
