/** Bundles the page into dist/page: one HTML file, scripts and styles with a hash in their names, each also compressed. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = join(folder, 'src');
const page = join(folder, 'dist', 'page');

/** Does nothing if the page is newer than all of its sources. Throws what the bundler finds wrong. */
export async function bundlePage() {
  const inputs = [
    'build.mjs',
    'world-map.mjs',
    'package.json',
    ...readdirSync(sources, { recursive: true }).map((name) => join('src', name)),
  ];
  const changedAt = Math.max(...inputs.map((name) => statSync(join(folder, name)).mtimeMs));
  const made = join(page, 'index.html');
  if (existsSync(made) && statSync(made).mtimeMs > changedAt) return;
  const files = await bundle();
  rmSync(page, { recursive: true, force: true });
  for (const { path, contents } of files) write(path, contents);
  // Last: it says that all the rest is there.
  writeFileSync(made, htmlOf(files.map(({ path }) => basename(path))));
}

async function bundle() {
  // What only a build needs is not asked for where the page is built already.
  const [{ build }, { worldMap }] = await Promise.all([import('esbuild'), import('./world-map.mjs')]);
  const { outputFiles } = await build({
    entryPoints: { app: join(sources, 'main.tsx'), pages: join(sources, 'style', 'pages.css') },
    outdir: join(page, 'assets'),
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.svg': 'file' },
    plugins: [worldMap, firstViewTogether],
    write: false,
    logLevel: 'silent',
    legalComments: 'none',
  });
  return outputFiles;
}

/**
 * Modules that several parts share go to as many files as there are ways of sharing them, some thirty. Whatever comes on demand comes
 * after the first view: told that it needs all of that, it leaves the first view in one file.
 */
const firstViewTogether = {
  name: 'first view together',
  setup({ onResolve, onLoad, resolve }) {
    const firstView = JSON.stringify(join(sources, 'page.tsx'));
    onResolve({ filter: /\.tsx?$/ }, async ({ path, kind, resolveDir, importer }) => {
      if (kind !== 'dynamic-import') return undefined;
      const found = await resolve(path, { kind: 'import-statement', resolveDir, importer });
      return { path: found.path, namespace: 'on-demand' };
    });
    onLoad({ filter: /.*/, namespace: 'on-demand' }, ({ path }) => ({
      contents: `import ${firstView}; export * from ${JSON.stringify(path)};`,
      resolveDir: folder,
    }));
  },
};

/** What is smaller than a packet is not worth the work of unpacking. */
const smallest = 1_000;

function write(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  if (contents.length < smallest) return;
  writeFileSync(`${path}.br`, brotliCompressSync(contents));
  writeFileSync(`${path}.gz`, gzipSync(contents, { level: 9 }));
}

function htmlOf(names) {
  const find = (pattern) => names.find((name) => pattern.test(name));
  return readFileSync(join(sources, 'page.html'), 'utf8')
    .replace('SCRIPT', find(/^app-.*\.js$/))
    .replace('STYLE', find(/^app-.*\.css$/))
    .replace('PAGES', find(/^pages-.*\.css$/));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundlePage();
