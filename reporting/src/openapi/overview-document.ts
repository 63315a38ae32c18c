/** `GET /api/v1/overview`, for the document. */

import { pageSchema } from '../sites/parse-site-request.js';
import { dateRange, paging } from './api-paths.js';
import { count, type JsonSchema, jsonSchemaOf, listOf, record, text, textOrNull } from './json-schema.js';
import { operation } from './operation.js';

const site = record({
  ...{ site_id: text, name: textOrNull, timezone: text },
  visitors_now: { ...count, description: 'Visitors with an event in the last five minutes.' },
  visitors: { ...count, description: 'Of the range, by the clock of the site.' },
  change: {
    type: ['integer', 'null'],
    description: 'In percent against the previous period; null where that had no visitors and this one has.',
  },
  interval: {
    enum: ['hour', 'day', 'month'],
    description: 'What `series` counts: hours of up to a day, days of up to a year.',
  },
  series: listOf(count, { description: 'Visitors of each interval, from the first to the last one of the range.' }),
});

export const overviewSchemas: Record<string, JsonSchema> = {
  Overview: record({ sites: listOf(site), total: { ...count, description: 'Sites that there are, on all pages.' } }),
};

export const overviewPaths = {
  '/api/v1/overview': {
    get: operation({
      id: 'overview',
      tag: 'Questions',
      summary: 'All sites, each with its visitors at a glance',
      description:
        'By id, those that the key may see. Visitors are as `POST /api/v1/query` counts them, and compared as it does with `previous_period`.',
      parameters: [{ ...dateRange, required: false }, ...paging(jsonSchemaOf(pageSchema).properties)],
      answer: 'Overview',
      refusals: [400, 429, 503, 504],
    }),
  },
};
