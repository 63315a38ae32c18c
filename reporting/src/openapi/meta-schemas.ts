/** What answers have in common, as schemas of the document: the range, and what they say about themselves. */
import { weekStarts } from '../query-request/query-names.js';
import { cacheMeta } from './cache-schemas.js';
import { count, flag, instant, type JsonSchema, record, tuple } from './json-schema.js';

export const weekStart: JsonSchema = { enum: weekStarts };

export const span: JsonSchema = { ...tuple(instant, instant), description: 'Half-open.' };
const source: JsonSchema = {
  enum: ['rollup', 'segments', 'mixed', 'raw'],
  description:
    'Where the answer came from: `rollup`, rows of rollups; `segments`; `mixed`, one of them and raw events; `raw`, raw events alone. All are exact.',
};
const siteKnown: JsonSchema = {
  ...flag,
  description: 'False for a site that has no event and was not created: all is zero, as for a mistyped name.',
};
const visitorModel: JsonSchema = {
  const: 'daily',
  description:
    'Only where the range has several days (UTC) and the site has visitors without an id: these are other visitors on another day.',
};
const asOf: JsonSchema = {
  anyOf: [instant, { type: 'null' }],
  description:
    'Only where a standby answers (DATABASE_READ_URL): everything that was committed until then is counted. Null when the standby has replayed nothing since its start.',
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
    'Only where events of the range were dropped (RAW_RETENTION_DAYS) that this question would need one by one: the answer counts those from here on.',
};
