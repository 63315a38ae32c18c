import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceRoot } from '../src/workspace-root.js';

const manifest = (dependencies: Record<string, string>, devDependencies = {}) =>
  JSON.stringify({ dependencies, devDependencies });
const importing = (specifier: string) => `import { x } from '${specifier}';\nexport const y = [x];\n`;

/** Path, text, and the rule that must report it; undefined: none must. */
const cases: [string, string, string | undefined][] = [
  ['ingestion/src/other-service.ts', importing('@millrace/reporting/app'), 'noRestrictedImports'],
  ['shared/src/a-service.ts', importing('@millrace/ingestion/app'), 'noRestrictedImports'],
  ['ingestion/src/test-code.ts', importing('@millrace/shared/testing/database'), 'noRestrictedImports'],
  ['sdk/node/src/shared-code.ts', importing('@millrace/shared/contract/event'), 'noRestrictedImports'],
  ['ingestion/src/undeclared.ts', importing('joi'), 'noUndeclaredDependencies'],
  ['ingestion/src/test-tool.ts', importing('supertest'), 'noUndeclaredDependencies'],
  ['ingestion/test/undeclared.test.ts', importing('ajv'), 'noUndeclaredDependencies'],
  ['ingestion/src/no-prefix.ts', importing('fs'), 'useNodejsImportProtocol'],
  ['ingestion/src/camelCase.ts', 'export const y = 1;\n', 'useFilenamingConvention'],
  ['ingestion/src/barrel.ts', "export * from './allowed.js';\n", 'noBarrelFile'],
  ['ingestion/src/cycle-a.ts', "import type { B } from './cycle-b.js';\nexport type A = B[];\n", 'noImportCycles'],
  ['ingestion/src/cycle-b.ts', "import type { A } from './cycle-a.js';\nexport type B = A[];\n", 'noImportCycles'],
  ['ingestion/src/env.ts', 'export const y = process.env.HOST;\n', 'noProcessEnv'],
  ['ingestion/src/listens.ts', 'declare const server: any;\nserver.listen(3000);\n', 'plugin'],
  ['ingestion/src/floats.ts', 'async function f() {}\nf();\n', 'noFloatingPromises'],
  ['ingestion/src/allowed.ts', `${importing('@millrace/shared/contract/event')}`, undefined],
  ['ingestion/src/main.ts', 'declare const server: { listen(port: number): void };\nserver.listen(3000);\n', undefined],
  ['ingestion/src/config.ts', 'export const y = process.env.HOST;\n', undefined],
  ['ingestion/test/allowed.test.ts', importing('supertest'), undefined],
  ['sdk/node/test/allowed.test.ts', importing('@millrace/shared/testing/stack'), undefined],
];

const root = mkdtempSync(join(tmpdir(), 'millrace-lint-'));
const found = new Map<string, Set<string>>();

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const biome = (): Promise<string> =>
  new Promise((resolve) => {
    const script = join(workspaceRoot, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    const args = [script, 'lint', '--reporter=github', '--max-diagnostics=none', '--vcs-enabled=false'];
    execFile(process.execPath, args, { cwd: root, maxBuffer: 1e7 }, (_error, stdout) => resolve(stdout));
  });

beforeAll(async () => {
  for (const path of ['biome.json', 'dev/lint'])
    cpSync(join(workspaceRoot, path), join(root, path), { recursive: true });
  write('package.json', manifest({}));
  write('shared/package.json', manifest({ joi: '1' }));
  write('ingestion/package.json', manifest({ '@millrace/shared': '1', express: '1' }, { supertest: '1' }));
  write('sdk/node/package.json', manifest({}, { '@millrace/shared': '1' }));
  for (const [path, text] of cases) write(path, text);
  for (const [, rule, path] of (await biome()).matchAll(/^::error title=([^,]*),file=([^,]*),/gm)) {
    const name = path!.slice(path!.indexOf(root) + root.length + 1);
    found.set(name, (found.get(name) ?? new Set()).add(rule!.split('/').at(-1)!));
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the lint rules of this repository', () => {
  it.each(cases)('report %s only if it breaks a rule', (path, _text, rule) => {
    const rules = [...(found.get(path) ?? [])];
    if (rule === undefined) expect(rules).toEqual([]);
    else expect(rules).toContain(rule);
  });
});
