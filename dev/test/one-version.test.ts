import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { checkVersion } from '../src/checks/one-version.js';

const describing = (version: string) => `export const describeApi = () => ({ info: { version: '${version}' } });`;

let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

function workspace(changed: Record<string, string>): string {
  root = mkdtempSync(join(tmpdir(), 'millrace-version-'));
  const files = {
    'package.json': '{"version":"1.2.3"}',
    'shared/package.json': '{"version":"1.2.3","type":"module"}',
    ...Object.fromEntries(
      ['ingestion', 'scheduler', 'reporting'].flatMap((service) => [
        [`${service}/package.json`, '{"version":"1.2.3","type":"module"}'],
        [`${service}/dist/openapi/describe-api.js`, describing('1.2.3')],
      ]),
    ),
    'sdk/node/package.json': '{"version":"1.2.3"}',
    'CHANGELOG.md': '# Changes\n\n## 1.2.3\n\n## 1.2.2\n',
    'shared/dist/platform/version.js': `export const version = '1.2.3';`,
    ...changed,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

it('accepts one version everywhere, and changes that are not released yet', async () => {
  expect(await checkVersion(workspace({}))).toEqual([]);
  const unreleased = { 'CHANGELOG.md': '# Changes\n\n## Unreleased\n\n## 1.2.3\n' };
  expect(await checkVersion(workspace(unreleased))).toEqual([]);
});

const wrong: [changed: Record<string, string>, problem: string][] = [
  [{ 'shared/package.json': '{"version":"1.2.2","type":"module"}' }, 'shared/package.json says 1.2.2'],
  [{ 'sdk/node/package.json': '{"version":"1.2.4"}' }, 'sdk/node/package.json says 1.2.4'],
  [{ 'CHANGELOG.md': '# Changes\n\n## 1.3.0\n\n## 1.2.3\n' }, 'CHANGELOG.md says 1.3.0'],
  [{ 'CHANGELOG.md': '# Changes\n' }, 'CHANGELOG.md says nothing'],
  [
    { 'shared/dist/platform/version.js': `export const version = '1.2.4';` },
    'shared/src/platform/version.ts says 1.2.4',
  ],
  ...['ingestion', 'scheduler', 'reporting'].map((service): [Record<string, string>, string] => [
    { [`${service}/dist/openapi/describe-api.js`]: describing('1') },
    `the OpenAPI document of ${service} says 1 `,
  ]),
];

it.each(wrong)('refuses %j', async (changed, problem) => {
  expect(await checkVersion(workspace(changed))).toEqual([expect.stringContaining(problem)]);
});
