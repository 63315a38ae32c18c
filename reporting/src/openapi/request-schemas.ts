import {
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  type ObjectSchema,
  ref,
  tuple,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { type FilterValues, filterOperators, filterRules } from '../query/filter-operators.js';
import { botsRule, includeMeanings } from '../query-request/definitions.js';
import {
  comparisonNames,
  dayCountPattern,
  fieldPattern,
  metricPattern,
  numberMetricPattern,
  propertyPattern,
  queryLimits,
  rangeNames,
} from '../query-request/query-names.js';
import { querySchema } from '../query-request/query-schema.js';
import { storableText } from '../query-request/storable-text.js';
import {
  comparisonText,
  dimensionsText,
  matchText,
  metricsText,
  operatorsText,
  rangesText,
} from './render-definitions.js';
import { siteSchemas } from './site-schemas.js';

const { filterConditions, filterDepth, filterValues, numberDigits, patternLength, valueLength } = queryLimits;

const date: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
const instantText: JsonSchema = {
  type: 'string',
  maxLength: 40,
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+\\-]\\d\\d:?\\d\\d)$',
};
const dimension: JsonSchema = { type: 'string', pattern: fieldPattern };
const value: JsonSchema = { type: 'string', pattern: storableText(0, valueLength) };

const property: JsonSchema = { type: 'string', pattern: propertyPattern };
const number: JsonSchema = {
  anyOf: [{ type: 'number' }, { type: 'string', maxLength: numberDigits + 2, pattern: '^-?\\d+(\\.\\d+)?$' }],
};
const caseSensitive: JsonSchema = {
  type: 'object',
  properties: { case_sensitive: { type: 'boolean' } },
  required: ['case_sensitive'],
  additionalProperties: false,
};

const operatorsThatTake = (values: FilterValues) => filterOperators.filter((op) => filterRules[op].takes === values);

/** `[operator, dimension, values]` for the operators that take the same kind of values, with an optional `case_sensitive`. */
const condition = (values: FilterValues, schema: JsonSchema): JsonSchema => ({
  ...tuple(
    { enum: operatorsThatTake(values) },
    dimension,
    listOf(schema, { minItems: 1, maxItems: filterValues }),
    caseSensitive,
  ),
  minItems: 3,
});

const comparison = (values: FilterValues, numbers: number): JsonSchema =>
  tuple({ enum: operatorsThatTake(values) }, property, listOf(number, { minItems: numbers, maxItems: numbers }));

const filter: JsonSchema = {
  title: 'A condition, or conditions combined with and, or, not',
  description: `At most ${filterDepth} levels deep. Several values are alternatives; null means no value. An event without a value matches only \`is\` with null and \`is_not_set\`. It therefore matches every negated condition: \`is_not\` without null, \`contains_not\` and the like, and \`not\`. Numbers are compared as exact decimals, and a value that is not a plain decimal matches none of the numeric operators. Both bounds of \`between\` are inclusive. A number can have 100 digits; \`query\` returns it as a string if a double cannot hold it. \`property:a.b\` is the property with that name if there is one, otherwise \`b\` inside \`a\`. Regular expressions are those of Postgres, without back-references, look-around and embedded options.\n\n${operatorsText()}`,
  oneOf: [
    condition('texts or null', { anyOf: [value, { type: 'null' }] }),
    condition('texts', value),
    condition('patterns', { ...value, maxLength: patternLength }),
    comparison('number', 1),
    comparison('bounds', 2),
    tuple({ enum: operatorsThatTake('nothing') }, dimension),
    tuple({ enum: ['and', 'or'] }, listOf(ref('Filter'), { minItems: 1 })),
    tuple({ const: 'not' }, ref('Filter')),
  ],
  examples: [
    ['is', 'path', ['/', '/pricing']],
    ['contains', 'path', ['blog'], { case_sensitive: false }],
    ['between', 'property:amount', ['9.99', 100]],
    ['is_set', 'user_id'],
    [
      'or',
      [
        ['contains', 'referrer', ['example']],
        ['not', ['is', 'property:plan', [null]]],
      ],
    ],
  ],
};

const filters: JsonSchema = {
  description: `One filter, or a list of filters that must all match. At most ${filterConditions} conditions.`,
  anyOf: [ref('Filter'), listOf(ref('Filter'))],
};

/** A name, two dates (both inclusive) or two instants (half-open). */
const span = (names: readonly string[], ...more: JsonSchema[]): JsonSchema => ({
  anyOf: [{ enum: names }, ...more, tuple(date, date), tuple(instantText, instantText)],
});

const dateRange: JsonSchema = {
  description: `Two dates are both inclusive; of two instants, the second is exclusive. Days are in the time zone of the query. From 2000-01-01 to 2100-12-31, at most 30 years.\n\n${rangesText()}`,
  ...span(rangeNames, { type: 'string', pattern: dayCountPattern }),
  examples: ['30d', ['2026-10-01', '2026-10-31'], ['2026-10-01T00:00:00Z', '2026-10-01T12:00:00+02:00']],
};

/** Replaces properties whose Joi schema is less strict than the parser that follows it. */
export function replacing(schema: ObjectSchema, properties: Record<string, JsonSchema>): ObjectSchema {
  return { ...schema, properties: { ...schema.properties, ...properties } };
}

export const zone = { description: "An IANA time zone such as Europe/Berlin. Default: the site's." };

function querySchemaOfDocument(): JsonSchema {
  const schema = jsonSchemaOf(querySchema);
  const include = schema.properties.include as ObjectSchema;
  const described = (name: 'total_rows' | 'time_labels' | 'names') => ({
    [name]: { ...include.properties[name], description: includeMeanings[name] },
  });
  const known = withProperties(schema, {
    timezone: zone,
    week_start: { description: 'The first day of the week. Default: Monday.' },
    metrics: {
      items: ref('Metric'),
      description: metricsText(),
      contains: { pattern: numberMetricPattern },
      minContains: 0,
      maxContains: queryLimits.numberMetrics,
      examples: [
        ['views', 'visitors', 'event:signup'],
        ['sum:property:price', 'p95:property:load_ms'],
      ],
    },
    dimensions: {
      description: `At most one of them can be a time dimension. It returns a series without gaps, of at most ${queryLimits.buckets} buckets.\n\n${dimensionsText()}`,
      contains: { pattern: '^time:' },
      minContains: 0,
      maxContains: 1,
      examples: [['time:day', 'path']],
    },
    order_by: {
      description: 'Pairs of a metric or dimension of this query and a direction.',
      examples: [[['visitors', 'desc']]],
    },
  });
  return replacing(known, {
    date_range: ref('DateRange'),
    filters: ref('Filters'),
    include_bots: { type: 'boolean', default: false, description: botsRule },
    include: replacing(include, {
      comparison: { description: `${comparisonText()}\n\n${includeMeanings.comparison}`, ...span(comparisonNames) },
      match: { ...include.properties.match, description: matchText() },
      ...described('total_rows'),
      ...described('time_labels'),
      ...described('names'),
    }),
  });
}

/** Keyed by the name in `components.schemas`. */
export const requestSchemas = (): Record<string, JsonSchema> => ({
  Query: querySchemaOfDocument(),
  ...siteSchemas(),
  Metric: { type: 'string', pattern: metricPattern, description: metricsText() },
  DateRange: dateRange,
  Filter: filter,
  Filters: filters,
});
