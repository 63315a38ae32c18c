/** What the routes of datasets answer, as schemas of the document. */
import { datasets } from '../datasets/datasets.js';
import { cacheMeta } from './cache-schemas.js';
import { count, flag, instantOrNull, type JsonSchema, listOf, record, ref, text, textOrNull } from './json-schema.js';

const types: Record<string, string> = {
  text: 'text',
  integer: 'a number, as text where no double holds it',
  decimal: 'an exact decimal, as text',
  number: 'a number',
  date: 'a day, YYYY-MM-DD',
  instant: 'ISO 8601 in UTC',
  boolean: 'true or false',
  json: 'any JSON; numbers in it that no double holds are text',
};

const column = record(
  {
    name: text,
    title: { ...text, description: 'For people.' },
    type: {
      enum: Object.keys(types),
      description: Object.entries(types)
        .map(([name, meaning]) => `- \`${name}\`: ${meaning}`)
        .join('\n'),
    },
    unit: {
      ...text,
      description:
        'Such as percent; of a date month, quarter or year where such a period begins then. The currency of a decimal has a column of its own.',
    },
  },
  'unit',
);

const orderColumn = record(
  {
    name: text,
    direction: { enum: ['asc', 'desc'], description: 'Ascending when absent.' },
    sqlType: { enum: ['uuid'] },
    nullable: { ...flag, description: 'True where the column may be null, which comes last.' },
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
    description: 'Whether it is counted from events as of now, or is what aggregations wrote.',
  },
  parameters: listOf(text, { description: 'Names of all parameters.' }),
  params: { ...anyObject, description: 'JSON Schema of the parameters that only this dataset has.' },
  default_range: { ...textOrNull, description: 'Null where the dataset takes no range.' },
  columns: listOf(column, { description: 'With the parameters of the example; they may depend on these.' }),
  order: listOf(orderColumn, { description: 'What rows are ordered by.' }),
  example: { ...anyObject, description: 'Parameters that work, besides the site.' },
});

const value: JsonSchema = { type: ['string', 'number', 'boolean', 'object', 'array', 'null'] };

const rows = record({
  dataset: text,
  columns: listOf(column),
  rows: listOf({ type: 'object', additionalProperties: value }, { description: 'Values by the names of the columns.' }),
  meta: {
    type: 'object',
    properties: {
      site_known: {
        ...flag,
        description: 'False for a site that has no event and was not created: it has no rows, as for a mistyped name.',
      },
      aggregated_at: {
        ...instantOrNull,
        description:
          'Only of datasets that read aggregates: when these were written last; null before the first time, when there are no rows. What was stored a minute or two before is in them.',
      },
      note: { ...text, description: 'Only beside `aggregated_at: null`: why there are no rows yet.' },
      elapsed_ms: count,
      ...cacheMeta,
    },
    required: ['site_known', 'elapsed_ms'],
    additionalProperties: true,
  },
  query: { ...anyObject, description: 'How the request was understood, with defaults and instants.' },
  next: { ...textOrNull, description: 'For parameter `after` of the next page; null on the last one.' },
});

export const datasetsSchemas: Record<string, JsonSchema> = {
  Datasets: record({ datasets: listOf(ref('Dataset')) }),
  Dataset: dataset,
  DatasetRows: rows,
};
