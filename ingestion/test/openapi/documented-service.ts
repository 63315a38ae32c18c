/** The app with a real queue, and a judge of what it answers, for tests of the OpenAPI document. */
import { createKeyRing, type KeyRing } from '@millrace/shared/access/key-ring';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createQueue, openQueue } from '@millrace/shared/queue/queue';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Express } from 'express';
import { createAdmit } from '../../src/admit-request.js';
import { buildApp } from '../../src/app.js';
import { createEventQueue, type EventQueue } from '../../src/enqueue-events.js';
import { describeApi } from '../../src/openapi/describe-api.js';
import { createQueueGate, defaultGateOptions } from '../../src/queue-gate.js';
import { checkQueueSafety } from '../../src/queue-safety.js';
import { createTestLane } from '../create-test-lane.js';

export interface DocumentedService {
  database: TestDatabase;
  keys: KeyRing;
  events: EventQueue;
  /** How many events are in the queue. */
  queued(): Promise<number>;
  stop(): Promise<void>;
}

export async function startDocumentedService(): Promise<DocumentedService> {
  const database = await createTestDatabase();
  const location = testQueue('postgres', database);
  const queue = createQueue('event-ingest', location, silent);
  const handle = openQueue('event-ingest', location, silent);
  // A busy machine may take longer than production allows.
  const options = { ...defaultGateOptions, timeoutMs: 30_000, maxWaitingJobs: 10_000 };
  const gate = createQueueGate(
    { handle, probe: handle, checkSafety: (opened) => checkQueueSafety(opened, location), logger: silent },
    { ...options, patience: { ...defaultGateOptions.patience, probeTimeoutMs: 30_000 } },
  );
  await eventually(async () => gate.state === 'open', 'the gate is open');
  const keys = createKeyRing(database.pool, silent);
  return {
    ...{ database, keys, events: createEventQueue(gate, createTelemetry()) },
    queued: async () => (await queue.getWaiting()).reduce((sum, { data }) => sum + data.count, 0),
    async stop() {
      gate.close();
      await Promise.all([handle.close(), queue.close(), keys.close()]);
      await database.drop();
    },
  };
}

interface AppOptions {
  keys?: KeyRing;
  isClosing?: boolean;
  eventsPerSecond?: number;
}

export function buildDocumentedApp(
  events: EventQueue,
  { keys, isClosing = false, eventsPerSecond = 0 }: AppOptions = {},
): Express {
  const service = { telemetry: createTelemetry(), logger: silent, isClosing: () => isClosing };
  const admit = createAdmit({ keys, eventsPerSecond, pageEventsPerSecond: 0 });
  return buildApp({ ...service, health: {} }, createTestLane({ ...service, events, admit }));
}

/** Whether a value fits a schema, which may refer to others of the document; what is wrong with it otherwise. */
export function createJudge(): (schema: object, value: unknown) => string | undefined {
  const ajv = new Ajv2020({ allowUnionTypes: true, strict: false });
  const { components } = describeApi();
  ajv.addSchema({ $id: 'document:/', components });
  const inDocument = (schema: object) =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document:/#/components/')) as object;
  const compiled = new Map<string, ReturnType<Ajv2020['compile']>>();
  return (schema, value) => {
    const text = JSON.stringify(schema);
    const validate = compiled.get(text) ?? ajv.compile(inDocument(schema));
    compiled.set(text, validate);
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  };
}
