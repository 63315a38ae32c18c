/** Compares generated files (pages of docs/, types of the API) with the code they come from. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { firstDifference } from './first-difference.js';

/** A file and its expected content. */
interface Page {
  page: string;
  render: (root: string) => Promise<string>;
}

const pages: Page[] = [
  { page: join('docs', 'query.md'), render: rendered('render-definitions.js', 'renderDefinitions') },
  { page: join('docs', 'events.md'), render: rendered('render-columns.js', 'renderColumns') },
  { page: join('docs', 'datasets.md'), render: rendered('render-datasets.js', 'renderDatasets') },
  { page: join('dashboard', 'src', 'api-types.d.ts'), render: renderApiTypes },
];
const repair = 'run `npm run check -- --update-docs` and commit the file';

const load = async <T>(...file: string[]) => (await import(pathToFileURL(join(...file)).href)) as T;

/** Content from the function `name` of a module of reporting. */
function rendered(module: string, name: string): Page['render'] {
  return async (root) => {
    const functions = await load<Record<string, () => string>>(root, 'reporting', 'dist', 'openapi', module);
    return functions[name]!();
  };
}

/** TypeScript types of the API, for the dashboard. */
async function renderApiTypes(root: string): Promise<string> {
  const { describeApi } = await load<{ describeApi: () => object }>(
    root,
    'reporting',
    'dist',
    'openapi',
    'describe-api.js',
  );
  const types = await load<{ renderApiTypes: (api: object) => Promise<string> }>(root, 'dashboard', 'api-types.mjs');
  return types.renderApiTypes(describeApi());
}

async function problemsOf(root: string, { page, render }: Page): Promise<string[]> {
  const file = join(root, page);
  if (!existsSync(file)) return [`${page} is missing: ${repair}`];
  const difference = firstDifference(readFileSync(file, 'utf8'), await render(root));
  return difference ? [`${page} is not current (${difference}): ${repair}`] : [];
}

/** Fails if a generated file is out of date. */
export async function checkWrittenDocs(root: string): Promise<string[]> {
  return (await Promise.all(pages.map((page) => problemsOf(root, page)))).flat();
}

/** Writes the files and returns their names. */
export async function writeDocs(root: string): Promise<string[]> {
  for (const { page, render } of pages) {
    const file = join(root, page);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await render(root));
  }
  return pages.map(({ page }) => page);
}
