import type { Pool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { routesOf } from '@millrace/shared/testing/app-routes';
import { silent } from '@millrace/shared/testing/database';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Express } from 'express';
import { buildApp, type ReportingApp } from '../src/app.js';
import { describeApi } from '../src/openapi/describe-api.js';
import { createGate } from '../src/reading/gate.js';
import { exportsOn } from './export-stack.js';

export function buildDocumentedApp(
  pool: Pool,
  more: Partial<Pick<ReportingApp, 'clock' | 'keys' | 'gate' | 'pages'>> = {},
): { app: Express; routes: string[] } {
  const service = { logger: silent, telemetry: createTelemetry(), isClosing: () => false };
  const gate = createGate({ maxConcurrent: 2, maxWaiting: 20, maxWaitMs: 10_000 });
  const health = { postgres: () => pool.query('select 1') };
  const app = buildApp({ ...service, health, pool, writePool: pool, gate, exports: exportsOn(pool), ...more });
  return { app, routes: routesOf(app) };
}

const isTime = (text: string) => /^\d{4}-\d\d-\d\dT.*Z$/.test(text) && !Number.isNaN(Date.parse(text));

/** Whether a value is right by a schema of the document; what is wrong with it otherwise. */
export function createJudge(): (schema: string, value: unknown) => string | undefined {
  const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false, formats: { 'date-time': isTime } });
  ajv.addVocabulary(['components']);
  const { components } = describeApi();
  return (name, value) => {
    const schema = { $ref: `#/components/schemas/${name}`, components };
    return ajv.validate(schema, value) ? undefined : ajv.errorsText();
  };
}
