/** What retention by any event and journeys take and answer. */
import { journeysSchema } from '../journeys/parse-journeys.js';
import { returnsSchema } from '../retention/parse-returns.js';
import {
  count,
  flag,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  numberOrNull,
  record,
  ref,
  text,
  textOrNull,
  withProperties,
} from './json-schema.js';
import { eventsSince, meta, span, weekStart } from './meta-schemas.js';
import { zone } from './request-schemas.js';

const someFilters: JsonSchema = { anyOf: [ref('Filter'), listOf(ref('Filter'), { minItems: 1 })] };

/** An object with filters, of which there must be one at least. */
const matching = (description: string): JsonSchema => ({ ...record({ filters: someFilters }), description });

function returnsRequest(): JsonSchema {
  const schema = withProperties(jsonSchemaOf(returnsSchema), {
    timezone: zone,
    period: { description: 'A cohort is those who begin in one period; days, weeks and months of the zone.' },
    breakdown: {
      description: 'A dimension that is not of time: cohorts are told apart by its value at the first event.',
    },
    breakdown_limit: { description: 'How many values are shown.' },
  });
  const properties = {
    ...{ date_range: ref('DateRange'), filters: ref('Filters') },
    first: matching('What makes a visitor part of a cohort; any event when absent.'),
    returning: matching('What a visitor comes again for; any event when absent.'),
  };
  return { ...schema, properties: { ...schema.properties, ...properties } };
}

function journeysRequest(): JsonSchema {
  const schema = withProperties(jsonSchemaOf(journeysSchema), {
    timezone: zone,
    steps: { description: 'Steps of a journey.' },
    dimension: { description: 'Steps are the pages of views (`path`), or all events by type (`event_type`).' },
    limit: { description: 'The most journeys to return.' },
  });
  const properties = {
    ...{ date_range: ref('DateRange'), filters: ref('Filters') },
    start: matching('Journeys begin with the first of these events in a visit; absent: with its first step.'),
    end: matching('Journeys end with the last of these events in a visit. Not beside `start`.'),
  };
  return { ...schema, properties: { ...schema.properties, ...properties }, not: { required: ['start', 'end'] } };
}

const cohorts = listOf(
  record({
    cohort: { ...text, description: 'First day of the period.' },
    size: { ...count, description: 'Visitors whose first matching event in the range lies in it.' },
    returned: listOf(count, {
      description: 'Those who came again later in this period, in the next one, and so on up to the last of `periods`.',
    }),
    percent: listOf(numberOrNull, { description: 'The same in percent of `size`; null when that is 0.' }),
  }),
);

const total: JsonSchema = {
  ...record({
    size: count,
    sizes: listOf(count, { description: 'Visitors of the cohorts that have such a period.' }),
    returned: listOf(count),
    percent: listOf(numberOrNull),
  }),
  description:
    'All cohorts, weighted by size: place k is about the periods that are k later, the complete ones of them.',
};

const returnsAnswer = record(
  {
    periods: listOf(
      record({
        period: { ...text, description: 'First day.' },
        complete: { ...flag, description: 'False where the range holds only a part of it, or it is not over yet.' },
      }),
    ),
    ...{ cohorts, total },
    breakdown: listOf(record({ value: textOrNull, cohorts, total }), { description: 'The values with most visitors.' }),
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
      steps: listOf(textOrNull, { description: 'Null where visits have fewer steps.' }),
      visits: count,
      visitors: count,
      percent: { ...numberOrNull, description: 'Of the visits with a journey.' },
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
  Returns: returnsRequest(),
  ReturnsAnswer: returnsAnswer,
  Journeys: journeysRequest(),
  JourneysAnswer: journeysAnswer,
});
