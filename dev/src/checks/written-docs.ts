/** Compares the pages of docs/ that are written from sources with these. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { firstDifference } from '../first-difference.js';

/** Pages by their name, each with the module of reporting that writes it and the function of its name. */
const pages = [
  { page: join('docs', 'query.md'), module: 'render-definitions.js', render: 'renderDefinitions' },
  { page: join('docs', 'events.md'), module: 'render-columns.js', render: 'renderColumns' },
  { page: join('docs', 'datasets.md'), module: 'render-datasets.js', render: 'renderDatasets' },
];
type Page = (typeof pages)[number];
const repair = 'run `npm run check -- --update-docs` and commit the file';

async function renderedPage(root: string, { module, render }: Page): Promise<string> {
  const file = join(root, 'reporting', 'dist', 'openapi', module);
  const functions = (await import(pathToFileURL(file).href)) as Record<string, () => string>;
  return functions[render]!();
}

async function problemsOf(root: string, { page, ...source }: Page): Promise<string[]> {
  const file = join(root, page);
  if (!existsSync(file)) return [`${page} is missing: ${repair}`];
  const difference = firstDifference(readFileSync(file, 'utf8'), await renderedPage(root, { page, ...source }));
  return difference ? [`${page} is not current (${difference}): ${repair}`] : [];
}

/** Fails when a page is not what the definitions say. */
export async function checkWrittenDocs(root: string): Promise<string[]> {
  return (await Promise.all(pages.map((page) => problemsOf(root, page)))).flat();
}

/** Writes the pages and returns their names. */
export async function writeDocs(root: string): Promise<string[]> {
  for (const page of pages) {
    const file = join(root, page.page);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await renderedPage(root, page));
  }
  return pages.map(({ page }) => page);
}
