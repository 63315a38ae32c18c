import {
  count,
  flag,
  having,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  numberOrNull,
  type ObjectSchema,
  record,
  ref,
  text,
  textOrNull,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { funnelSchema } from '../funnel/parse-funnel.js';
import { journeysSchema } from '../journeys/parse-journeys.js';
import { returnsSchema } from '../retention/parse-returns.js';
import { eventsSince, meta, span, weekStart } from './meta-schemas.js';
import { replacing, zone } from './request-schemas.js';

const someFilters: JsonSchema = { anyOf: [ref('Filter'), listOf(ref('Filter'), { minItems: 1 })] };

/** An object with at least one filter. */
const matching = (description: string): JsonSchema => ({ ...record({ filters: someFilters }), description });

function funnelRequest(): JsonSchema {
  const schema = withProperties(jsonSchemaOf(funnelSchema), {
    timezone: zone,
    window: {
      description: 'Maximum time from the first step to the last, up to 90 days.',
      pattern: '^[1-9]\\d{0,5}[mhd]$',
    },
    by: {
      description:
        '`visit`: all steps must be in the same visit. `visitor`: in any visits of the visitor, within the window.',
    },
    past_end: {
      description: 'Whether steps after the first can be later than the end of the range, as far as the window allows.',
    },
    breakdown: {
      description:
        'A dimension other than time. Users are split by its value at their first event that matches the first step.',
    },
    breakdown_limit: { description: 'Maximum number of values.' },
  });
  const steps = schema.properties.steps!;
  const step = replacing(steps.items as ObjectSchema, {
    filters: someFilters,
  });
  return replacing(schema, {
    date_range: ref('DateRange'),
    filters: ref('Filters'),
    steps: { ...steps, items: step },
  });
}

function returnsRequest(): JsonSchema {
  const schema = withProperties(jsonSchemaOf(returnsSchema), {
    timezone: zone,
    period: { description: 'Length of a period: days, weeks or months in the time zone of the request.' },
    breakdown: {
      description: 'A dimension other than time. Visitors are split by its value at their first event.',
    },
    breakdown_limit: { description: 'Maximum number of values.' },
  });
  const properties = {
    ...{ date_range: ref('DateRange'), filters: ref('Filters') },
    first: matching('The event that puts a visitor into a cohort. Default: any event.'),
    returning: matching('The event that counts as returning. Default: any event.'),
  };
  return { ...schema, properties: { ...schema.properties, ...properties } };
}

function journeysRequest(): JsonSchema {
  const schema = withProperties(jsonSchemaOf(journeysSchema), {
    timezone: zone,
    steps: { description: 'Number of steps in a journey.' },
    dimension: { description: 'Whether steps are viewed pages (`path`) or events of any type (`event_type`).' },
    limit: { description: 'Maximum number of journeys.' },
  });
  const properties = {
    ...{ date_range: ref('DateRange'), filters: ref('Filters') },
    start: matching('Journeys start at the first of these events in a visit. Default: its first step.'),
    end: matching('Journeys end at the last of these events in a visit. Cannot be combined with `start`.'),
  };
  return { ...schema, properties: { ...schema.properties, ...properties }, not: having('start', 'end') };
}

const cohorts = listOf(
  record({
    cohort: { ...text, description: 'First day of the period.' },
    size: { ...count, description: 'Visitors whose first matching event in the range lies in this period.' },
    returned: listOf(count, {
      description: 'How many came back later in this period, in the next one, and so on up to the last of `periods`.',
    }),
    percent: listOf(numberOrNull, { description: '`returned` in percent of `size`; null if `size` is 0.' }),
  }),
);

const total: JsonSchema = {
  ...record({
    size: count,
    sizes: listOf(count, { description: 'Visitors in the cohorts that have a complete period at this place.' }),
    returned: listOf(count),
    percent: listOf(numberOrNull),
  }),
  description:
    'All cohorts, weighted by size. Place k covers the periods k after the start of each cohort; only complete periods count.',
};

const returnsAnswer = record(
  {
    periods: listOf(
      record({
        period: { ...text, description: 'First day of the period.' },
        complete: { ...flag, description: 'False if the range covers only part of the period, or it is not over yet.' },
      }),
    ),
    ...{ cohorts, total },
    breakdown: listOf(record({ value: textOrNull, cohorts, total }), {
      description: 'The values with the most visitors.',
    }),
    meta: meta({ events_since: eventsSince }),
    query: record(
      {
        ...{ site_id: text, date_range: span, timezone: text, week_start: weekStart },
        ...{ period: { enum: ['day', 'week', 'month'] }, filters: listOf(ref('Filter')), include_bots: flag },
        ...{ first: matching('As sent.'), returning: matching('As sent.'), breakdown: text, breakdown_limit: count },
      },
      ...['week_start', 'include_bots', 'first', 'returning', 'breakdown', 'breakdown_limit'],
    ),
  },
  'breakdown',
);

const journeysAnswer = record({
  journeys: listOf(
    record({
      steps: listOf(textOrNull, { description: 'Null if the visits have fewer steps.' }),
      visits: count,
      visitors: count,
      percent: { ...numberOrNull, description: 'Percent of the visits with a journey.' },
    }),
  ),
  total: record({ visits: { ...count, description: 'Visits with a journey.' }, visitors: count }),
  meta: meta({ events_since: eventsSince }),
  query: record(
    {
      ...{ site_id: text, date_range: span, timezone: text, week_start: weekStart, filters: listOf(ref('Filter')) },
      include_bots: flag,
      ...{ start: matching('As sent.'), end: matching('As sent.') },
      ...{ steps: count, dimension: { enum: ['path', 'event_type'] }, limit: count },
    },
    ...['week_start', 'include_bots', 'start', 'end'],
  ),
});

export const behaviourSchemas = (): Record<string, JsonSchema> => ({
  Funnel: funnelRequest(),
  Returns: returnsRequest(),
  ReturnsAnswer: returnsAnswer,
  Journeys: journeysRequest(),
  JourneysAnswer: journeysAnswer,
});
