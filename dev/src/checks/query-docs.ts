/** Compares docs/query.md with the definitions that it is written from. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { firstDifference } from '../first-difference.js';

const page = join('docs', 'query.md');
const repair = 'run `npm run check -- --update-docs` and commit the file';

async function renderedPage(root: string): Promise<string> {
  const file = join(root, 'reporting', 'dist', 'openapi', 'render-definitions.js');
  const { renderDefinitions } = (await import(pathToFileURL(file).href)) as { renderDefinitions: () => string };
  return renderDefinitions();
}

/** Fails when the page is not what the definitions say. */
export async function checkQueryDocs(root: string): Promise<string[]> {
  const file = join(root, page);
  if (!existsSync(file)) return [`${page} is missing: ${repair}`];
  const difference = firstDifference(readFileSync(file, 'utf8'), await renderedPage(root));
  return difference ? [`${page} is not current (${difference}): ${repair}`] : [];
}

/** Writes the page and returns its name. */
export async function writeQueryDocs(root: string): Promise<string> {
  const file = join(root, page);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await renderedPage(root));
  return page;
}
