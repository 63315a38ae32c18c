import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { services } from '../start/services.js';
import { toolVariables } from '../start/start-settings.js';
import { readDocument } from './document-blocks.js';
import { codeWords, tableRows } from './markdown-tables.js';

const variablesPage = 'docs/configuration.md';
const errorsPage = 'docs/errors.md';
/** Longer first pages are not read to the end. */
const mostReadmeWords = 900;

/** The part of a Joi schema that lists its variables. */
interface DescribedSchema {
  describe(): { keys?: Record<string, unknown> };
}

/** Compares the table of variables with the configuration schemas, the table of error codes with the catalogue, and README.md with its size. */
export async function checkDocuments(root: string): Promise<string[]> {
  const missing = ['README.md', variablesPage, errorsPage].filter((path) => !existsSync(join(root, path)));
  if (missing.length > 0) return missing.map((path) => `${path} is missing`);
  const words = readDocument(root, 'README.md').split(/\s+/).filter(Boolean).length;
  const size = words > mostReadmeWords ? [`README.md has ${words} words; at most ${mostReadmeWords} are allowed`] : [];
  return [...size, ...(await variableProblems(root)), ...(await errorProblems(root))];
}

async function variableProblems(root: string): Promise<string[]> {
  const inCode = new Set<string>(toolVariables);
  const problems: string[] = [];
  for (const { name, folder = name, config = 'config' } of services) {
    const file = join(root, folder, 'dist', `${config}.js`);
    const exported = existsSync(file) ? await load<{ configSchema?: DescribedSchema }>(file) : {};
    if (exported.configSchema) Object.keys(exported.configSchema.describe().keys ?? {}).map((key) => inCode.add(key));
    else problems.push(`${folder}/dist/${config}.js does not export configSchema`);
  }
  const documented = tableRows(readDocument(root, variablesPage), 'Variables').flatMap(([first]) => codeWords(first));
  return [...problems, ...differences(variablesPage, 'variable', documented, [...inCode])];
}

async function errorProblems(root: string): Promise<string[]> {
  const file = join(root, 'shared', 'dist', 'platform', 'errors.js');
  if (!existsSync(file)) return ['shared/dist/platform/errors.js is missing'];
  const { errorCatalogue } = await load<{ errorCatalogue?: Record<string, { status: number }> }>(file);
  if (!errorCatalogue) return ['shared/dist/platform/errors.js does not export errorCatalogue'];
  const rows = tableRows(readDocument(root, errorsPage), 'Error codes');
  const wrongStatus = rows.flatMap((cells) => {
    const [code] = codeWords(cells[0]);
    const status = cells.slice(1).find((cell) => /^`?\d{3}`?$/.test(cell));
    const right = errorCatalogue[code ?? '']?.status;
    if (!status || !right || Number(status.replaceAll('`', '')) === right) return [];
    return [`${errorsPage}: error code \`${code}\` has status ${right}, not ${status}`];
  });
  const documented = rows.flatMap(([first]) => codeWords(first));
  return [...differences(errorsPage, 'error code', documented, Object.keys(errorCatalogue)), ...wrongStatus];
}

function differences(page: string, what: string, documented: string[], inCode: string[]): string[] {
  const missing = inCode.filter((name) => !documented.includes(name)).sort();
  const unknown = documented.filter((name) => !inCode.includes(name)).sort();
  return [
    ...missing.map((name) => `${page}: ${what} \`${name}\` is not documented`),
    ...unknown.map((name) => `${page}: ${what} \`${name}\` is documented but not in the code`),
  ];
}

async function load<T>(file: string): Promise<T> {
  return (await import(pathToFileURL(file).href)) as T;
}
