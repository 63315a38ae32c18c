/** What became of every event, as paths of the document. */
import { count, instant, type JsonSchema, listOf, record, text } from './json-schema.js';
import { operation, parameter } from './operation.js';

const outcomes: Record<string, JsonSchema> = {
  received: { ...count, description: 'Always the sum of the other five.' },
  stored: count,
  duplicate: { ...count, description: 'Stored already, such as a retry.' },
  rejected: { ...count, description: 'Refused by ingestion, whose sender was told so.' },
  dead_lettered: { ...count, description: 'Set aside, since the database refuses them.' },
  in_flight: { ...count, description: 'In the queue.' },
};

export const accountingSchemas: Record<string, JsonSchema> = {
  Accounting: record({
    hours: listOf(record({ hour: { ...instant, description: 'Start of the hour of receipt, UTC.' }, ...outcomes }), {
      description: 'Every hour of the range, oldest first.',
    }),
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
      summary: 'What became of every event that was received, by the hour',
      description: 'For administrators of all sites. The last 24 hours when nothing is said.',
      scope: 'admin',
      parameters: [
        time('from', 'A date of UTC, or an instant in the first hour.'),
        time('to', 'A date of UTC, which is included, or the end of the last hour.'),
      ],
      answer: 'Accounting',
      refusals: [400, 429, 503, 504],
    }),
  },
};
