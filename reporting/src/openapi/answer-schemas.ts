import { enrichmentNames } from '@millrace/shared/contract/enrichments';
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
} from '@millrace/shared/openapi/json-schema';
import { matchNames } from '../query-request/query-names.js';
import { eventsSince, meta, span, weekStart } from './meta-schemas.js';

/** A list, or with `include.names` an object keyed by the requested names. */
const listOrNamed = (values: JsonSchema): JsonSchema => ({
  anyOf: [listOf(values), { type: 'object', additionalProperties: values }],
});
const metricValue: JsonSchema = {
  type: ['number', 'string', 'null'],
  description: 'A number; metrics over properties are exact decimals, as strings.',
};
const row = { dimensions: listOrNamed(textOrNull), metrics: listOrNamed(metricValue) };

const queryEcho = record(
  {
    site_id: text,
    metrics: listOf(ref('Metric')),
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
    users: { ...count, description: 'Visits, if `by` is `visit`.' },
    dropoff: count,
    dropoff_percent: numberOrNull,
    conversion_percent: numberOrNull,
    median_seconds: {
      ...numberOrNull,
      description: 'Median time from the first step to this one. The shortest time of each user counts.',
    },
    p90_seconds: { ...numberOrNull, description: '90th percentile of the same times, interpolated.' },
  }),
);

const funnelAnswer = record(
  {
    steps: funnelSteps,
    breakdown: listOf(record({ value: textOrNull, steps: funnelSteps }), {
      description: 'The values with the most users at the first step.',
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
      size: { ...count, description: 'Visitors whose very first event lies in this period.' },
      retained: listOf(count, {
        description: 'How many of them were active in this period, the next one, and so on.',
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
    path_rules: { type: ['object', 'null'], description: 'How paths are turned into pages. Null: the defaults.' },
    hostnames: listOf(text),
    job_priority: {
      type: ['integer', 'null'],
      description: "Priority of the site's jobs: smaller runs sooner, null is 0.",
    },
    session_minutes: { ...count, description: 'Longest time between two events of a visit, in minutes.' },
    enrichment_off: listOf({ enum: enrichmentNames }, { description: 'Enrichments that are switched off.' }),
    events: count,
    first_event: instantOrNull,
    last_event: instantOrNull,
    created_at: instant,
    erasing: { const: true, description: 'Present only while the site is being erased.' },
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

/** Keyed by the name in `components.schemas`. */
export const answerSchemas: Record<string, JsonSchema> = {
  Answer: answer,
  FunnelAnswer: funnelAnswer,
  RetentionAnswer: retentionAnswer,
  Site: site,
  Sites: record({ sites: listOf(ref('Site')), total: count, pagination: record({ limit: count, offset: count }) }),
  Erasing: record({ site_id: text, status: { const: 'erasing' } }),
  Stats: stats,
};
