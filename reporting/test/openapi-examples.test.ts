/** "Try it out" on `/docs`: the examples of the document work on a new system that has the events of README.md. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeApi } from '../src/openapi/describe-api.js';
import { metricFamilies, metrics } from '../src/query/metric-catalogue.js';
import { buildDocumentedApp } from './documented-app.js';
import { type Pressed, pressedOperations } from './pressed-operations.js';

const readmeEvents = `insert into events (site_id, timestamp, event_id, event_type, path, user_id) values
  ('demo', '2025-11-14T10:00:00Z', gen_random_uuid(), 'view', '/pricing', 'ada'),
  ('demo', '2025-11-14T10:01:00Z', gen_random_uuid(), 'view', '/', 'ada')`;

let database: TestDatabase;
let server: Server;
beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await database.pool.query(`insert into sites (site_id) values ('demo')`);
  await database.pool.query(readmeEvents);
  server = createServer(buildDocumentedApp(database.pool).app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await database.drop();
});

const operations = pressedOperations(describeApi());
const find = (id: string) => operations.find((each) => each.id === id)!;

/** Executes an operation; the body of a stream is not read, because it does not end. */
async function execute({ method, urlWith, body }: Pressed, ids: Record<string, string> = {}) {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const response = await fetch(origin + urlWith(ids), {
    method: method.toUpperCase(),
    headers: { 'sec-fetch-site': 'same-origin', ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) await response.body!.cancel();
  const answer = type.startsWith('application/json') ? await response.json() : undefined;
  return { status: response.status, answer };
}

interface Created {
  id: string;
  slug: string;
  reports: { id: string }[];
  goals: { id: string }[];
}
const byId = ({ id }: Created) => ({ id });

/** Which operation creates what the path names, or lists what was created: names of goals are unique. */
const creators: [path: RegExp, creator: string, idsOf: (created: Created) => Record<string, string>][] = [
  [/\/goals\/\{id\}/, 'listGoals', ({ goals }) => ({ id: goals[0]!.id })],
  [/\/annotations\/\{id\}/, 'createAnnotation', byId],
  [/\/saved-views\/\{id\}/, 'createSavedView', byId],
  [/\/exports\/\{id\}/, 'createExport', byId],
  [/\/share-links\/\{id\}/, 'createShareLink', byId],
  [/\/share\/\{slug\}/, 'createShareLink', ({ slug }) => ({ slug })],
  [/\/reports\/\{id\}/, 'generateReports', ({ reports }) => ({ id: reports[0]!.id })],
];

async function idsFor(path: string): Promise<Record<string, string>> {
  const found = creators.find(([pattern]) => pattern.test(path));
  if (!found) return {};
  const [, creator, idsOf] = found;
  const created = find(creator);
  return idsOf((await execute(created, await idsFor(created.path))).answer as Created);
}

/** What cannot succeed here: there is no cache, no worker writes files and reports, and no mail has a link. */
const refused: Record<string, number> = {
  ...{ showCacheMetrics: 409, triggerCacheJob: 409, clearCache: 409, invalidateCache: 409 },
  ...{ downloadExport: 409, downloadReport: 409, resendReport: 409, reissueReport: 409 },
  ...{ askToUnsubscribe: 403, unsubscribe: 403 },
};

/** The site is erased last: nothing can be created in it any more. */
const turnOf = ({ id, method }: Pressed) => Number(method === 'delete') + Number(id === 'deleteSite');
const inOrder = [...operations].sort((one, other) => turnOf(one) - turnOf(other));

it('finds the events of README.md', async () => {
  const { answer } = await execute(find('query'));
  expect(answer).toMatchObject({ results: [{ dimensions: ['/'] }, { dimensions: ['/pricing'] }] });
});

it.each(inOrder.map((each) => [each.id, each] as const))('%s', async (id, operation) => {
  const { status, answer } = await execute(operation, await idsFor(operation.path));
  expect(operation.statuses).toContain(String(status));
  if (refused[id] === undefined) expect([status, answer]).toEqual([expect.toSatisfy((code) => code < 300), answer]);
  else expect(status).toBe(refused[id]);
});

it('the document explains every metric wherever metrics are requested', () => {
  const { schemas } = describeApi().components;
  const [parameter] = (
    describeApi().paths['/api/v1/query']!.get as { parameters: { name: string; description: string }[] }
  ).parameters.filter(({ name }) => name === 'metrics');
  const texts = [schemas.Metric!.description, parameter!.description] as string[];
  for (const { name, definition } of [...metrics, ...metricFamilies]) {
    for (const text of texts) expect(text).toContain(`- \`${name}\`: ${definition}`);
  }
});
