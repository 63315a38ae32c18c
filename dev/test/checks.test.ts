import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkReadme } from '../src/checks/readme.js';

let root = '';

afterEach(() => rmSync(root, { recursive: true, force: true }));

const manifest = (name: string, dependencies = {}, devDependencies = {}) =>
  JSON.stringify({ name, dependencies, devDependencies });

/** Writes the files into a small workspace. */
function workspace(files: Record<string, string>): string {
  root = mkdtempSync(join(tmpdir(), 'millrace-check-'));
  const all = {
    'package.json': manifest('millrace', {}, { vitest: '1' }),
    'shared/package.json': manifest('@millrace/shared', { joi: '1' }),
    'ingestion/package.json': manifest(
      '@millrace/ingestion',
      { '@millrace/shared': '1', express: '1' },
      { supertest: '1' },
    ),
    'reporting/package.json': manifest('@millrace/reporting', { '@millrace/shared': '1' }),
    'sdk/node/package.json': manifest('@millrace/node', {}, { '@millrace/shared': '1' }),
    'sdk/browser/package.json': manifest('@millrace/browser', {}, { '@millrace/shared': '1', esbuild: '1' }),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('readme', () => {
  const config = (...names: string[]) =>
    `export const configSchema = { describe: () => ({ keys: ${JSON.stringify(Object.fromEntries(names.map((name) => [name, {}])))} }) };`;
  const code = {
    'ingestion/dist/config.js': config('HOST', 'INGESTION_PORT'),
    'processor/dist/config.js': config('HOST'),
    'scheduler/dist/config.js': config('HOST'),
    'reporting/dist/config.js': config('HOST'),
    'reporting/dist/worker-config.js': config('HOST'),
    'shared/dist/platform/errors.js':
      'export const errorCatalogue = { not_found: { status: 404 }, busy: { status: 503 } };',
    ...Object.fromEntries(
      ['ingestion', 'processor', 'scheduler', 'reporting', 'shared'].map((name) => [
        `${name}/package.json`,
        '{"type":"module"}',
      ]),
    ),
  };
  const readme = (variables: string[], errors: string[]) =>
    [
      '# M',
      '## Variables',
      '| name | use |',
      '|---|---|',
      ...variables,
      '',
      '## Error codes',
      '| code | status |',
      '|---|---|',
      ...errors,
    ].join('\n');
  const allVariables = ['| `HOST`, `INGESTION_PORT` | x |', '| `LOG_FORMAT`, `MILLRACE_DATA_DIR` | x |'];
  const allErrors = ['| `not_found` | 404 |', '| `busy` | 503 |'];

  it('accepts tables that match the code', async () => {
    expect(await checkReadme(workspace({ ...code, 'README.md': readme(allVariables, allErrors) }))).toEqual([]);
  });

  it('refuses missing, invented and wrong rows', async () => {
    const variables = [...allVariables.slice(1), '| `HOST`, `COLOUR` | x |'];
    const errors = ['| `not_found` | 410 |', '| `gone` | 410 |'];
    expect(await checkReadme(workspace({ ...code, 'README.md': readme(variables, errors) }))).toEqual([
      'README.md: variable `INGESTION_PORT` is not documented',
      'README.md: variable `COLOUR` is documented but not in the code',
      'README.md: error code `busy` is not documented',
      'README.md: error code `gone` is documented but not in the code',
      'README.md: error code `not_found` has status 404, not 410',
    ]);
  });

  it('says so when there is no README', async () => {
    expect(await checkReadme(workspace({}))).toEqual(['README.md is missing']);
  });
});
