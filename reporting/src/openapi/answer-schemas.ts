/** What the routes answer, as schemas of the document. */
import { enrichmentNames } from '@millrace/shared/contract/enrichments';
import { errorCatalogue } from '@millrace/shared/platform/errors';
import { matchNames } from '../query-request/query-names.js';
import {
  count,
  flag,
  instant,
  instantOrNull,
  type JsonSchema,
  listOf,
  numberOrNull,
  record,
  ref,
  text,
  textOrNull,
  tuple,
} from './json-schema.js';
import { eventsSince, meta, span, weekStart } from './meta-schemas.js';

/** A list, or with `include.names` an object by the names of the request. */
const listOrNamed = (values: JsonSchema): JsonSchema => ({
  anyOf: [listOf(values), { type: 'object', additionalProperties: values }],
});
const metricValue: JsonSchema = {
  type: ['number', 'string', 'null'],
  description: 'Of metrics over properties an exact decimal as text, of all others a number.',
};
const row = { dimensions: listOrNamed(textOrNull), metrics: listOrNamed(metricValue) };

const queryEcho = record(
  {
    site_id: text,
    metrics: listOf(text),
    date_range: span,
    timezone: text,
    week_start: weekStart,
    dimensions: listOf(text),
    filters: listOf(ref('Filter')),
    include_bots: flag,
    order_by: listOf(tuple(text, { enum: ['asc', 'desc'] })),
    include: record(
      {
        comparison: { anyOf: [text, span] },
        match: { enum: matchNames },
        total_rows: flag,
        time_labels: flag,
        names: flag,
      },
      'comparison',
      'match',
      'names',
    ),
    comparison_date_range: span,
    pagination: record({ limit: count, offset: count }),
  },
  'comparison_date_range',
  'include_bots',
  'week_start',
);

const answer = record({
  results: listOf(record({ ...row, comparison: record({ ...row, change: listOrNamed(numberOrNull) }) }, 'comparison')),
  meta: meta({ total_rows: count, time_labels: listOf(text), events_since: eventsSince }),
  query: queryEcho,
});

const funnelSteps = listOf(
  record({
    name: text,
    users: { ...count, description: 'Visits, where the funnel is by visit.' },
    dropoff: count,
    dropoff_percent: numberOrNull,
    conversion_percent: numberOrNull,
    median_seconds: {
      ...numberOrNull,
      description: 'From the first step to this one, of each user the shortest time: the middle one.',
    },
    p90_seconds: { ...numberOrNull, description: 'The same for nine of ten users, interpolated.' },
  }),
);

const funnelAnswer = record(
  {
    steps: funnelSteps,
    breakdown: listOf(record({ value: textOrNull, steps: funnelSteps }), {
      description: 'The values with most users at the first step.',
    }),
    meta: meta({ events_since: eventsSince }),
    query: record(
      {
        site_id: text,
        date_range: span,
        timezone: text,
        week_start: weekStart,
        filters: listOf(ref('Filter')),
        include_bots: flag,
        steps: listOf(record({ name: text, filters: ref('Filters') })),
        window: text,
        by: { enum: ['visitor', 'visit'] },
        past_end: flag,
        breakdown: text,
      },
      'week_start',
      'include_bots',
      'breakdown',
    ),
  },
  'breakdown',
);

const retentionAnswer = record({
  cohorts: listOf(
    record({
      cohort: { ...text, description: 'First day of the week or month.' },
      size: { ...count, description: 'Visitors whose first event of all lies in it.' },
      retained: listOf(count, {
        description: 'How many of them were active in this period, in the next one, and so on.',
      }),
      percent: listOf(numberOrNull),
    }),
  ),
  meta: meta(),
  query: record(
    { site_id: text, period: { enum: ['week', 'month'] }, date_range: span, timezone: text, week_start: weekStart },
    'week_start',
  ),
});

const site = record(
  {
    site_id: text,
    name: textOrNull,
    timezone: text,
    path_rules: { type: ['object', 'null'], description: 'How paths become pages; null: as by default.' },
    hostnames: listOf(text),
    job_priority: { type: ['integer', 'null'], description: 'How soon its jobs run: smaller is sooner, null as 0.' },
    session_minutes: { ...count, description: 'Longest time between two events of a visit.' },
    enrichment_off: listOf({ enum: enrichmentNames }, { description: 'What is not found out about its visitors.' }),
    events: count,
    first_event: instantOrNull,
    last_event: instantOrNull,
    created_at: instant,
    erasing: { const: true, description: 'Only while the site is being erased.' },
  },
  'erasing',
);

const stats = record({
  site_id: text,
  date: textOrNull,
  total_views: count,
  unique_users: count,
  top_paths: listOf(record({ path: text, views: count })),
});

const error = record({
  error: record(
    {
      code: { enum: Object.keys(errorCatalogue) },
      message: text,
      details: { description: 'More to go by; of `invalid_request` it has the name of the field.' },
    },
    'details',
  ),
});

/** Schemas by the names that the document has for them. */
export const answerSchemas: Record<string, JsonSchema> = {
  Answer: answer,
  FunnelAnswer: funnelAnswer,
  RetentionAnswer: retentionAnswer,
  Site: site,
  Sites: record({ sites: listOf(ref('Site')), total: count, pagination: record({ limit: count, offset: count }) }),
  Erasing: record({ site_id: text, status: { const: 'erasing' } }),
  Stats: stats,
  Error: error,
  Health: record({
    status: { enum: ['healthy', 'unhealthy'] },
    services: { type: 'object', additionalProperties: { enum: ['up', 'down'] } },
    version: text,
  }),
  About: record({ service: text, docs: text, version: text }),
  Status: record({ status: text }),
};
