/** The whole scheduler for a test, and what its OpenAPI document says about each operation. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey, type NewKey } from '@millrace/shared/access/keys';
import type { JsonSchema } from '@millrace/shared/openapi/json-schema';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Express } from 'express';
import { buildApp } from '../src/app.js';
import { type Config, configSchema } from '../src/config.js';
import { openQueues, type Queues } from '../src/open-queues.js';
import { describeApi } from '../src/openapi/describe-api.js';
import { createScheduler } from '../src/schedules/scheduler.js';

export interface DocumentedApp {
  app: Express;
  database: TestDatabase;
  queues: Queues;
  location: QueueLocation;
  newKey(given?: Partial<NewKey>): Promise<string>;
  close(): Promise<void>;
}

export async function openDocumentedApp(
  settings: Partial<Config> = {},
  backend: QueueLocation['kind'] = 'postgres',
): Promise<DocumentedApp> {
  const database = await createTestDatabase();
  const location = testQueue(backend, database);
  const config = configSchema.validate({ DATABASE_URL: database.url, ...settings }).value as Config;
  const queues = openQueues(location, silent);
  const keys = createKeyRing(database.pool, silent);
  const deps = { pool: database.pool, queues, keys, config, logger: silent, telemetry: createTelemetry(), retry: {} };
  const scheduler = createScheduler(deps);
  await scheduler.initialize();
  const health = { postgres: () => database.pool.query('select 1') };
  return {
    app: buildApp({ ...deps, scheduler, health, isClosing: () => false }),
    database,
    queues,
    location,
    newKey: async (given = {}) => (await createKey(database.pool, { name: 'tester', scopes: ['admin'], ...given })).key,
    async close() {
      await scheduler.destroy();
      for (const { queue } of queues.handles) await queue.obliterate({ force: true });
      await queues.close();
      await keys.close();
      await database.drop();
    },
  };
}

type Content = Record<string, { schema: JsonSchema }>;
interface Parameter {
  name: string;
  in: 'path' | 'query';
  example?: unknown;
}

export interface Described {
  id: string;
  method: 'get' | 'post' | 'patch' | 'delete';
  path: string;
  security: object[];
  /** Those of the operation take precedence over those of its path. */
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { content?: Content }>;
}

const document = describeApi();

const describedIn = (path: string, { parameters: common = [], ...operations }: Record<string, unknown>) =>
  Object.entries(operations).map(([method, operation]): Described => {
    const { operationId, parameters: own = [], ...rest } = operation as Record<string, unknown>;
    const parameters = new Map([...(common as Parameter[]), ...(own as Parameter[])].map((each) => [each.name, each]));
    return { ...rest, id: operationId, method, path, parameters: [...parameters.values()] } as unknown as Described;
  });

export const operations: Described[] = Object.entries(document.paths).flatMap(([path, at]) => describedIn(path, at));
export const operationOf = (id: string): Described => operations.find((each) => each.id === id)!;

const named = ({ $ref, ...schema }: JsonSchema): JsonSchema =>
  $ref ? document.components.schemas[String($ref).split('/').at(-1)!]! : schema;

/** Examples of the body; none for an operation without one. */
export const exampleBodies = ({ requestBody }: Described): unknown[] =>
  Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => (named(schema).examples ?? []) as unknown[]);

/** The address with `values` or else the examples of the document, and all query parameters that have an example. */
export function addressOf({ path, parameters }: Described, values: Record<string, string> = {}): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_text, name: string) => {
    const value = values[name] ?? parameters.find((each) => each.name === name)?.example;
    if (value === undefined) throw new Error(`${path} has no example for ${name}`);
    return encodeURIComponent(String(value));
  });
  const examples = parameters.filter((each) => each.in === 'query' && each.example !== undefined);
  const query = new URLSearchParams(examples.map(({ name, example }) => [name, String(example)]));
  return query.size > 0 ? `${filled}?${query}` : filled;
}

const isTime = (text: string) => /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
const formats = { 'date-time': isTime, email: (text: string) => text.includes('@'), uri: URL.canParse };
const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false, strictTypes: false, formats });
ajv.addVocabulary(['components']);
const validators = new Map<JsonSchema, ValidateFunction>();

/** What is wrong with a value by a schema of the document; undefined if it is valid. */
export function problemOf(schema: JsonSchema, value: unknown): string | undefined {
  const validate = validators.get(schema) ?? ajv.compile({ allOf: [schema], components: document.components });
  validators.set(schema, validate);
  return validate(value) ? undefined : ajv.errorsText(validate.errors);
}

export const schemaOf = (name: string): JsonSchema => document.components.schemas[name]!;
