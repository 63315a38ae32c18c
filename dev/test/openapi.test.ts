import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { checkOpenApi } from '../src/checks/openapi.js';
import { workspaceRoot } from '../src/workspace-root.js';

let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

const jobs = {
  operationId: 'listJobs',
  summary: 'List jobs',
  tags: ['Jobs'],
  responses: { 200: { description: 'All jobs.' }, 401: { description: 'The key is missing.' } },
};
const alive = {
  ...jobs,
  operationId: 'live',
  tags: ['Service'],
  responses: { 200: { description: 'It is running.' } },
};

const documentOf = (get: object) => ({
  openapi: '3.1.1',
  info: { title: 'A service', version: '1.2.3', license: { name: 'MIT', identifier: 'MIT' } },
  servers: [{ url: '.' }],
  security: [],
  tags: ['Jobs', 'Service'].map((name) => ({ name, description: `About ${name}.` })),
  paths: { '/jobs': { get }, '/health/live': { get: alive } },
});

/** Writes a workspace whose services have these documents. */
function workspace(documents: Record<string, object>): string {
  root = mkdtempSync(join(tmpdir(), 'millrace-openapi-'));
  cpSync(join(workspaceRoot, 'redocly.yaml'), join(root, 'redocly.yaml'));
  for (const [service, document] of Object.entries(documents)) {
    const file = join(root, service, 'dist', 'openapi', 'describe-api.js');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(join(root, service, 'package.json'), '{"type":"module"}');
    writeFileSync(file, `export const describeApi = () => (${JSON.stringify(document)});`);
  }
  return root;
}

const good = documentOf(jobs);

it('accepts documents without errors and warnings', async () => {
  expect(await checkOpenApi(workspace({ ingestion: good, scheduler: good, reporting: good }))).toEqual([]);
});

it('says where a document breaks which rule, for warnings too', async () => {
  const unknownSchema = {
    200: { description: 'All.', content: { 'application/json': { schema: { $ref: '#/none' } } } },
  };
  const broken = documentOf({ ...jobs, responses: { ...jobs.responses, ...unknownSchema } });
  const { operationId: _id, ...unnamed } = jobs;
  const withoutRefusals = documentOf({ ...jobs, responses: { 200: { description: 'All jobs.' } } });
  expect(
    await checkOpenApi(workspace({ ingestion: broken, scheduler: documentOf(unnamed), reporting: withoutRefusals })),
  ).toEqual([
    "ingestion: #/paths/~1jobs/get/responses/200/content/application~1json/schema: Can't resolve $ref (no-unresolved-refs)",
    expect.stringMatching(/^scheduler: #\/paths\/~1jobs\/get.*: .*operationId.* \(operation-operationId\)$/),
    'reporting: #/paths/~1jobs/get/responses: Document how the operation refuses requests (400, 401, 403, 404 or 429). (rule/documented-refusals)',
  ]);
});

it('requires a document of each service', async () => {
  expect(await checkOpenApi(workspace({ ingestion: good, reporting: good }))).toEqual([
    'scheduler/dist/openapi/describe-api.js is missing',
  ]);
});

it('shows what redocly says if it cannot run', async () => {
  const folder = workspace({ ingestion: good, scheduler: good, reporting: good });
  writeFileSync(join(folder, 'redocly.yaml'), 'extends: [none-such]');
  expect(await checkOpenApi(folder)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^ingestion: .*none-such/s)]),
  );
});
