import {
  count,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  record,
  text,
  textOrNull,
} from '@millrace/shared/openapi/json-schema';
import { pageSchema } from '../sites/parse-site-request.js';
import { dateRange, paging } from './api-paths.js';
import { operation } from './operation.js';

const site = record({
  ...{ site_id: text, name: textOrNull, timezone: text },
  visitors_now: { ...count, description: 'Visitors with an event in the last five minutes.' },
  visitors: { ...count, description: "Visitors in the range, by the site's time zone." },
  change: {
    type: ['integer', 'null'],
    description: 'Change from the previous period in percent. Null if that period had no visitors but this one has.',
  },
  interval: {
    enum: ['hour', 'day', 'month'],
    description: 'Interval of `series`: hours for ranges of up to a day, days for up to a year, otherwise months.',
  },
  series: listOf(count, { description: 'Visitors per interval, in order of time.' }),
});

export const overviewSchemas: Record<string, JsonSchema> = {
  Overview: record({ sites: listOf(site), total: { ...count, description: 'Number of sites on all pages.' } }),
};

export const overviewPaths = {
  '/api/v1/overview': {
    get: operation({
      id: 'overview',
      tag: 'Queries',
      summary: 'Show the visitors of all sites',
      description:
        'All sites that the key has access to, ordered by id. Visitors and their change are the same as from `POST /api/v1/query` with `previous_period`.',
      parameters: [{ ...dateRange, required: false }, ...paging(jsonSchemaOf(pageSchema).properties)],
      response: 'Overview',
      errors: [400, 429, 503, 504],
    }),
  },
};
