/** Bundles the page into dist/page: one HTML file plus scripts and styles with hashed names, each also compressed. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { plotAlone } from './plot-alone.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = join(folder, 'src');
const page = join(folder, 'dist', 'page');
const firstView = join(sources, 'main.tsx');

/** Does nothing if the page is newer than all of its sources. @throws the errors of the bundler */
export async function bundlePage() {
  const inputs = [
    'build.mjs',
    'plot-alone.mjs',
    'world-map.mjs',
    'package.json',
    ...readdirSync(sources, { recursive: true }).map((name) => join('src', name)),
  ];
  // Not the time of modification: files of a newer release may have been modified before this one was built.
  const changedAt = Math.max(...inputs.map((name) => statSync(join(folder, name)).ctimeMs));
  const made = join(page, 'index.html');
  if (existsSync(made) && statSync(made).mtimeMs > changedAt) return;
  const begunAt = new Date();
  const files = await bundle();
  rmSync(page, { recursive: true, force: true });
  for (const { path, contents } of files) write(path, contents);
  // Written last and renamed, because its presence means that the build is complete. A source edited during the build counts as newer.
  writeFileSync(`${made}.part`, htmlOf(files));
  utimesSync(`${made}.part`, begunAt, begunAt);
  renameSync(`${made}.part`, made);
}

async function bundle() {
  // Loaded only when there is something to build: loading takes longer than finding out.
  const [{ build }, { worldMap }] = await Promise.all([import('esbuild'), import('./world-map.mjs')]);
  const style = (name) => join(sources, 'style', `${name}.css`);
  const { outputFiles, metafile } = await build({
    entryPoints: { app: firstView, first: style('first'), later: style('later'), pages: style('pages') },
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
    plugins: [worldMap, firstViewTogether, plotAlone],
    write: false,
    metafile: true,
    logLevel: 'silent',
    legalComments: 'none',
  });
  const script = scriptOf(metafile);
  return Promise.all(
    outputFiles
      .map((file) => ({ ...file, name: basename(file.path), text: file.text, isFirst: basename(file.path) === script }))
      // The entry script only imports the chunk with the first view; the page names that chunk directly.
      .filter(({ name }) => !/^app-.*\.js$/.test(name))
      .map(async (file) => (file.isFirst ? { ...file, contents: Buffer.from(await shrink(file.text)) } : file)),
  );
}

/** The name of the chunk that contains the first view. */
function scriptOf({ outputs }) {
  const isFirst = ([, { inputs }]) => Object.keys(inputs).some((input) => join(process.cwd(), input) === firstView);
  return basename(Object.entries(outputs).find(isFirst)[0]);
}

/**
 * esbuild gives the variables of similar functions different names, which costs 4 % after gzip. Terser renames them, and only in
 * the first view: its other optimizations take seconds.
 */
async function shrink(text) {
  const { minify } = await import('terser');
  const { code } = await minify(text, { ecma: 2020, module: true, compress: false });
  return code;
}

/**
 * With code splitting, esbuild creates a chunk for every combination of entry points that share a module, which would cut the
 * first view into some thirty files. Lazily loaded parts always come after the first view, so each of them imports all of it,
 * and it stays in one chunk.
 */
const firstViewTogether = {
  name: 'first view together',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\.tsx?$/ }, async ({ path, kind, resolveDir, importer }) => {
      if (kind !== 'dynamic-import') return undefined;
      const found = await resolve(path, { kind: 'import-statement', resolveDir, importer });
      return { path: found.path, namespace: 'on-demand' };
    });
    onLoad({ filter: /.*/, namespace: 'on-demand' }, ({ path }) => ({
      contents: `import ${JSON.stringify(firstView)}; export * from ${JSON.stringify(path)};`,
      resolveDir: folder,
    }));
  },
};

/** In bytes. A smaller file fits into one packet, so compressing it gains nothing. */
const smallest = 1_000;

function write(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  if (contents.length < smallest) return;
  writeFileSync(`${path}.br`, brotliCompressSync(contents));
  writeFileSync(`${path}.gz`, gzipSync(contents, { level: 9 }));
}

function htmlOf(files) {
  const style = (name) => files.find((file) => file.name.startsWith(`${name}-`) && file.name.endsWith('.css')).name;
  return readFileSync(join(sources, 'page.html'), 'utf8')
    .replace('SCRIPT', files.find(({ isFirst }) => isFirst).name)
    .replace('STYLE', style('first'))
    .replace('LATER', style('later'))
    .replace('PAGES', style('pages'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundlePage();
