import { count, instant, type JsonSchema, listOf, record, text } from '@millrace/shared/openapi/json-schema';
import { parameter } from '@millrace/shared/openapi/operation';
import { operation } from './operation.js';

const outcomes: Record<string, JsonSchema> = {
  received: { ...count, description: 'The sum of the other five.' },
  stored: count,
  duplicate: { ...count, description: 'Already stored: usually a retry.' },
  rejected: { ...count, description: 'Rejected by ingestion; the sender got an error.' },
  dead_lettered: { ...count, description: 'Moved to the dead letters because the database rejects them.' },
  in_flight: { ...count, description: 'Still in the queue.' },
};

export const accountingSchemas: Record<string, JsonSchema> = {
  Accounting: record({
    hours: listOf(
      record({ hour: { ...instant, description: 'Start of the hour in which they were received, UTC.' }, ...outcomes }),
      {
        description: 'Every hour of the range, oldest first.',
      },
    ),
    totals: record(outcomes),
  }),
};

const time = (name: 'from' | 'to', description: string) =>
  parameter(name, { ...text, examples: ['2026-11-14', '2026-11-14T10:00:00Z'] }, description);

export const accountingPaths = {
  '/api/v1/accounting': {
    get: operation({
      id: 'accounting',
      tag: 'Service',
      summary: 'Count received events by outcome, hour by hour',
      description:
        'Takes an admin key that is not limited to one site. Covers the last 24 hours unless `from` or `to` is given.',
      scope: 'admin',
      parameters: [
        time('from', 'A UTC date, or any instant in the first hour.'),
        time('to', 'A UTC date (inclusive), or the end of the last hour.'),
      ],
      response: 'Accounting',
      errors: [400, 429, 503, 504],
    }),
  },
};
