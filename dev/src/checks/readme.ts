/** Turns the README's tables and the code's own lists into the differences between them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeWords, tableRows } from '../markdown-tables.js';
import { services } from '../services.js';
import { toolVariables } from '../start-settings.js';

/** The part of a Joi schema that tells its variables. */
interface DescribedSchema {
  describe(): { keys?: Record<string, unknown> };
}

/** Compares variables with the configuration schemas, and error codes with the catalogue. */
export async function checkReadme(root: string): Promise<string[]> {
  const file = join(root, 'README.md');
  if (!existsSync(file)) return ['README.md is missing'];
  const markdown = readFileSync(file, 'utf8');
  return [...(await variableProblems(root, markdown)), ...(await errorProblems(root, markdown))];
}

async function variableProblems(root: string, markdown: string): Promise<string[]> {
  const inCode = new Set<string>(toolVariables);
  const problems: string[] = [];
  for (const { name, folder = name, config = 'config' } of services) {
    const file = join(root, folder, 'dist', `${config}.js`);
    const exported = existsSync(file) ? await load<{ configSchema?: DescribedSchema }>(file) : {};
    if (exported.configSchema) Object.keys(exported.configSchema.describe().keys ?? {}).map((key) => inCode.add(key));
    else problems.push(`${folder}/dist/${config}.js does not export configSchema`);
  }
  const inReadme = tableRows(markdown, 'Variables').flatMap(([first]) => codeWords(first));
  return [...problems, ...differences('variable', inReadme, [...inCode])];
}

async function errorProblems(root: string, markdown: string): Promise<string[]> {
  const file = join(root, 'shared', 'dist', 'platform', 'errors.js');
  if (!existsSync(file)) return ['shared/dist/platform/errors.js is missing'];
  const { errorCatalogue } = await load<{ errorCatalogue?: Record<string, { status: number }> }>(file);
  if (!errorCatalogue) return ['shared/dist/platform/errors.js does not export errorCatalogue'];
  const rows = tableRows(markdown, 'Error codes');
  const wrongStatus = rows.flatMap((cells) => {
    const [code] = codeWords(cells[0]);
    const status = cells.slice(1).find((cell) => /^`?\d{3}`?$/.test(cell));
    const right = errorCatalogue[code ?? '']?.status;
    if (!status || !right || Number(status.replaceAll('`', '')) === right) return [];
    return [`README.md: error code \`${code}\` has status ${right}, not ${status}`];
  });
  const inReadme = rows.flatMap(([first]) => codeWords(first));
  return [...differences('error code', inReadme, Object.keys(errorCatalogue)), ...wrongStatus];
}

function differences(what: string, inReadme: string[], inCode: string[]): string[] {
  const missing = inCode.filter((name) => !inReadme.includes(name)).sort();
  const unknown = inReadme.filter((name) => !inCode.includes(name)).sort();
  return [
    ...missing.map((name) => `README.md: ${what} \`${name}\` is not documented`),
    ...unknown.map((name) => `README.md: ${what} \`${name}\` is documented but not in the code`),
  ];
}

async function load<T>(file: string): Promise<T> {
  return (await import(pathToFileURL(file).href)) as T;
}
