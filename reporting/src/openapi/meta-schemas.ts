import { count, flag, instant, type JsonSchema, record, tuple } from '@millrace/shared/openapi/json-schema';
import { weekStarts } from '../query-request/query-names.js';
import { cacheMeta } from './cache-schemas.js';

export const weekStart: JsonSchema = { enum: weekStarts };

export const span: JsonSchema = { ...tuple(instant, instant), description: 'Start (inclusive) and end (exclusive).' };
const source: JsonSchema = {
  enum: ['rollup', 'segments', 'mixed', 'raw'],
  description:
    'What the query read: `rollup` tables, `segments`, `raw` events, or `mixed` for raw events combined with one of the others. The result is exact in every case.',
};
const siteKnown: JsonSchema = {
  ...flag,
  description:
    'False if the site does not exist (no events, never created), such as after a typo. All numbers are zero then.',
};
const visitorModel: JsonSchema = {
  const: 'daily',
  description:
    'Present if the range spans several days (UTC) and the site has visitors without an id. Each of these counts as a new visitor every day.',
};
const asOf: JsonSchema = {
  anyOf: [instant, { type: 'null' }],
  description:
    'Present if a standby was read (`DATABASE_READ_URL`): everything committed until then is counted. Null if the standby has replayed nothing since it started.',
};
export const meta = (more: Record<string, JsonSchema> = {}) =>
  record(
    {
      source,
      site_known: siteKnown,
      visitor_model: visitorModel,
      elapsed_ms: count,
      as_of: asOf,
      ...cacheMeta,
      ...more,
    },
    ...['visitor_model', 'as_of', 'cache', ...Object.keys(more)],
  );

export const eventsSince: JsonSchema = {
  ...instant,
  description:
    'Present if this query needs raw events of the range that were dropped (`RAW_RETENTION_DAYS`): only events from this instant on are counted.',
};
