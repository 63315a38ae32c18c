import {
  count,
  flag,
  instantOrNull,
  type JsonSchema,
  listOf,
  record,
  ref,
  text,
  textOrNull,
} from '@millrace/shared/openapi/json-schema';
import { datasets } from '../datasets/datasets.js';
import { cacheMeta } from './cache-schemas.js';

const types: Record<string, string> = {
  text: 'text',
  integer: 'a number, or a string if a double cannot hold it exactly',
  decimal: 'an exact decimal, as a string',
  number: 'a number',
  date: 'a day as YYYY-MM-DD',
  instant: 'ISO 8601 in UTC',
  boolean: 'true or false',
  json: 'any JSON; numbers that a double cannot hold exactly are strings',
};

const column = record(
  {
    name: text,
    title: { ...text, description: 'Display name.' },
    type: {
      enum: Object.keys(types),
      description: Object.entries(types)
        .map(([name, meaning]) => `- \`${name}\`: ${meaning}`)
        .join('\n'),
    },
    unit: {
      ...text,
      description:
        'Such as `percent`. For a date: `month`, `quarter` or `year` if it is the first day of one. The currency of a decimal is in a separate column.',
    },
  },
  'unit',
);

const orderColumn = record(
  {
    name: text,
    direction: { enum: ['asc', 'desc'], description: 'Default: ascending.' },
    sqlType: { enum: ['uuid'] },
    nullable: { ...flag, description: 'True if the column can be null. Nulls come last.' },
  },
  'direction',
  'sqlType',
  'nullable',
);

const anyObject: JsonSchema = { type: 'object', additionalProperties: true };

const dataset = record({
  id: { enum: datasets.map(({ id }) => id) },
  title: text,
  description: text,
  reads: {
    enum: ['events', 'aggregates'],
    description: '`events`: computed from events when read. `aggregates`: as of the last aggregation.',
  },
  parameters: listOf(text, { description: 'Names of all parameters.' }),
  params: { ...anyObject, description: 'JSON Schema of the parameters specific to this dataset.' },
  default_range: { ...textOrNull, description: 'Null if the dataset takes no range.' },
  columns: listOf(column, { description: 'The columns for the example; they can depend on the parameters.' }),
  order: listOf(orderColumn, { description: 'Columns by which rows are ordered.' }),
  example: { ...anyObject, description: 'Working parameters, without the site.' },
});

const value: JsonSchema = { type: ['string', 'number', 'boolean', 'object', 'array', 'null'] };

const rows = record({
  dataset: text,
  columns: listOf(column),
  rows: listOf({ type: 'object', additionalProperties: value }, { description: 'Values keyed by column name.' }),
  meta: {
    type: 'object',
    properties: {
      site_known: {
        ...flag,
        description:
          'False if the site does not exist (no events, never created), such as after a typo. There are no rows then.',
      },
      aggregated_at: {
        ...instantOrNull,
        description:
          'Only for datasets that read aggregates: when these were last written. Null, and no rows, before the first time. Events stored a minute or two earlier are included.',
      },
      note: { ...text, description: 'Only with `aggregated_at: null`: why there are no rows yet.' },
      elapsed_ms: count,
      ...cacheMeta,
    },
    required: ['site_known', 'elapsed_ms'],
    additionalProperties: true,
  },
  query: { ...anyObject, description: 'The request as interpreted, with defaults filled in and ranges as instants.' },
  next: { ...textOrNull, description: 'Pass as `after` to get the next page. Null on the last one.' },
});

export const datasetsSchemas: Record<string, JsonSchema> = {
  Datasets: record({ datasets: listOf(ref('Dataset')) }),
  Dataset: dataset,
  DatasetRows: rows,
};
