import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { commandsOf, documentBlocks } from '../src/checks/document-blocks.js';
import { checkDocumentContent } from '../src/checks/document-content.js';
import { checkDocuments } from '../src/checks/documents.js';

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

describe('documents', () => {
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
  const pages = (variables: string[], errors: string[], readme = '# M') => ({
    'README.md': readme,
    'docs/configuration.md': ['## Variables', '| name | use |', '|---|---|', ...variables].join('\n'),
    'docs/errors.md': ['# Error codes', '| code | status |', '|---|---|', ...errors].join('\n'),
  });
  const allVariables = ['| `HOST`, `INGESTION_PORT` | x |', '| `LOG_FORMAT`, `MILLRACE_DATA_DIR` | x |'];
  const allErrors = ['| `not_found` | 404 |', '| `busy` | 503 |'];

  it('accepts tables that match the code', async () => {
    expect(await checkDocuments(workspace({ ...code, ...pages(allVariables, allErrors) }))).toEqual([]);
  });

  it('refuses missing, unknown and wrong rows', async () => {
    const variables = [...allVariables.slice(1), '| `HOST`, `COLOUR` | x |'];
    const errors = ['| `not_found` | 410 |', '| `gone` | 410 |'];
    expect(await checkDocuments(workspace({ ...code, ...pages(variables, errors) }))).toEqual([
      'docs/configuration.md: variable `INGESTION_PORT` is not documented',
      'docs/configuration.md: variable `COLOUR` is documented but not in the code',
      'docs/errors.md: error code `busy` is not documented',
      'docs/errors.md: error code `gone` is documented but not in the code',
      'docs/errors.md: error code `not_found` has status 404, not 410',
    ]);
  });

  it('refuses a README of more than 900 words, which is too long to read at once', async () => {
    const readme = 'word '.repeat(901);
    expect(await checkDocuments(workspace({ ...code, ...pages(allVariables, allErrors, readme) }))).toEqual([
      'README.md has 901 words; at most 900 are allowed',
    ]);
  });

  it('reports missing documents', async () => {
    expect(await checkDocuments(workspace({}))).toEqual([
      'README.md is missing',
      'docs/configuration.md is missing',
      'docs/errors.md is missing',
    ]);
  });
});

describe('document content', () => {
  const fence = '```';

  it('accepts references to existing files', () => {
    const files = {
      'README.md': `# M\n[a](docs/a.md#two-words) \`shared/src/a.ts\` millrace_jobs_total\n${fence}sh\ncurl localhost:3000\n${fence}`,
      'docs/a.md': '# A\n## Two words\n[up](../README.md) [web](https://example.org/x)',
      'shared/src/a.ts': "counter('millrace_jobs_total')",
    };
    expect(checkDocumentContent(workspace(files))).toEqual([]);
  });

  it('refuses broken links, paths and metrics, which renaming would break silently', () => {
    const files = {
      'README.md': '# M\n[a](docs/b.md) [b](docs/a.md#none) `shared/src/gone.ts`',
      'docs/a.md': '# A',
      'docs/grafana/millrace.json': '"millrace_gone_total"',
    };
    expect(checkDocumentContent(workspace(files))).toEqual([
      'README.md: link to docs/b.md, which does not exist',
      'README.md: link to docs/a.md#none, but docs/a.md has no such heading',
      'README.md: refers to shared/src/gone.ts, which does not exist',
      'docs/grafana/millrace.json: refers to millrace_gone_total, which no service has',
    ]);
  });

  it('refuses blocks without a language, and commands in blocks that are not run', () => {
    const files = {
      'README.md': `${fence}\na\n${fence}\n${fence}text\nnpm run keys -- list\ndocker compose up\n${fence}`,
    };
    expect(checkDocumentContent(workspace(files))).toEqual([
      expect.stringMatching(/^README\.md: a block is marked ""; mark it with one of sh, /),
      'README.md: a block with the command "npm run keys -- list" is marked text; mark it sh, so that it is run',
    ]);
  });
});

describe('commands of documents', () => {
  it('are distinguished from their output, and may span several lines while quotes are open', () => {
    const markdown = [
      '```sh',
      'one # comment',
      '# printed',
      '# more',
      "two '{",
      "# inside'",
      'three',
      '```',
      '```text',
      'four',
      '```',
    ].join('\n');
    expect(
      documentBlocks(markdown)
        .filter(({ language }) => language === 'sh')
        .flatMap(commandsOf),
    ).toEqual([
      { command: 'one # comment', output: 'printed\nmore' },
      { command: "two '{\n# inside'", output: undefined },
      { command: 'three', output: undefined },
    ]);
  });
});
