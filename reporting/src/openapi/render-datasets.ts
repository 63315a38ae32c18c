/** Every dataset as Markdown: docs/datasets.md. */

import Joi from 'joi';
import type { Column, Dataset } from '../datasets/dataset.js';
import { datasets } from '../datasets/datasets.js';
import { exampleRequest } from '../datasets/parse-dataset.js';
import { jsonSchemaOf } from './json-schema.js';

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (text: unknown) => `\`${typeof text === 'object' ? JSON.stringify(text) : text}\``;

interface Parameter {
  type?: string;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  /** Of one that may be given once without a list. */
  anyOf?: Parameter[];
}

/** What a parameter may be, in a few words. */
function allowed(name: string, { type, enum: values, minimum, maximum, anyOf }: Parameter): string {
  if (name === 'filters') return 'as in a query';
  if (name === 'order_by') return 'pairs of a metric or dimension and `asc` or `desc`';
  if (type === 'boolean') return '`true`, `false`';
  if (values) return values.map(code).join(', ');
  if (name === 'currency') return 'a code of ISO 4217';
  if (type === 'integer') return `${minimum} to ${maximum?.toLocaleString('en')}`;
  return type === 'array' || anyOf?.some((each) => each.type === 'array') ? 'a list of names' : 'a text';
}

function parametersOf({ params }: Dataset): string {
  const { properties } = jsonSchemaOf(Joi.object(params)) as { properties?: Record<string, Parameter> };
  const names = Object.keys(params);
  if (names.length === 0) return '';
  const rows = names.map((name) => {
    const parameter = properties?.[name] ?? {};
    return [code(name), allowed(name, parameter), parameter.default === undefined ? '' : code(parameter.default)];
  });
  return `${table(['parameter', 'values', 'when absent'], rows)}\n\n`;
}

const columnsTable = (columns: Column[]) =>
  table(
    ['column', 'title', 'type', 'unit'],
    columns.map(({ name, title, type, unit = '' }) => [code(name), title, type, unit]),
  );

function addressOf({ id, example }: Dataset): string {
  const asked = Object.entries({ site_id: 'demo', ...example }).map(
    ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  return `/api/v1/datasets/${id}/rows?${asked.join('&')}`;
}

function orderOf({ key }: Dataset, params: Record<string, unknown>): string {
  const names = key(params).map(({ name, direction }) => `${code(name)}${direction === 'desc' ? ' descending' : ''}`);
  // One that takes parameters depends on them.
  return `${key.length > 0 ? 'In the example ordered' : 'Ordered'} by ${names.join(', ')}`;
}

function section(dataset: Dataset): string {
  const { id, title, description, defaultRange, reads, columns } = dataset;
  const { params } = exampleRequest(dataset);
  const range = defaultRange ? `Range when absent: ${code(defaultRange)}.` : 'Takes no range.';
  const source = reads === 'events' ? 'Counted from events as of now.' : 'As aggregations last wrote it.';
  return `## ${code(id)}: ${title}

${description}

${range} ${source} ${orderOf(dataset, params)}.

${parametersOf(dataset)}${columnsTable(columns(params))}

Example: ${code(addressOf(dataset))}
`;
}

/** The whole page. */
export const renderDatasets = (): string => `# Datasets

Written from \`reporting/src/datasets/\` by \`npm run check -- --update-docs\`: change it there.

A dataset is a table of rows about one site. \`GET /api/v1/datasets\` lists them, \`GET /api/v1/datasets/ID\` describes one, and
\`GET /api/v1/datasets/ID/rows\` has its rows: \`{dataset, columns, rows, meta, query, next}\`, a page of \`page_size\` rows (1 to 10,000, 100 when
absent). \`next\`, given as \`after\`, leads to the next page of the same dataset with the same parameters; it is null on the last page. Pages
follow each other by key, so that rows that are added meanwhile neither repeat nor hide others; where rows are ordered by a figure, one whose
figure changes between two pages may move from one to the other.

Every dataset takes \`site_id\` and \`timezone\` (the zone of the site when absent), and, unless it takes no range, \`date_range\` and \`week_start\` as in
[a query](query.md). Aggregates are kept by days of the time zone of the site: a range in another zone chooses them by its days. In an address,
lists are names with commas between them or JSON; \`filters\` and \`order_by\` are JSON (curl takes brackets only with \`-g\`). The tables show the columns of the example where columns
depend on parameters. Counts leave out [bots](query.md), unless a dataset has the parameter \`include_bots\` and it is true.

Types of columns: \`integer\` and \`decimal\` are exact (in JSON a decimal is text, and so is an integer beyond 2^53), \`number\` is a ratio or a mean,
\`date\` is \`YYYY-MM-DD\`, \`instant\` is ISO 8601 in UTC. Money is a decimal with its currency in a column beside it; money of several currencies in one
row is JSON such as \`{"EUR": "12.30"}\`.

Aggregates are written every hour: a dataset that is read "as aggregations last wrote it" has no rows of a new site, and none of its newest events,
until then. \`meta.aggregated_at\` tells when they were written last; it is null before the first time, and \`meta.note\` says why there are no rows. A job has
them written at once:

\`\`\`sh
curl -H "Authorization: Bearer $(cat .millrace/admin-key)" http://localhost:4110/api/v1/queues/analytics-aggregation/jobs -H 'content-type: application/json' -d '{"jobName":"all","data":{"site_id":"demo"}}'
\`\`\`

${datasets.map(section).join('\n')}`;
