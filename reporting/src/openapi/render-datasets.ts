/** Renders docs/datasets.md. */

import { jsonSchemaOf } from '@millrace/shared/openapi/json-schema';
import Joi from 'joi';
import type { Column, Dataset } from '../datasets/dataset.js';
import { datasets } from '../datasets/datasets.js';
import { exampleRequest } from '../datasets/parse-dataset.js';

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (text: unknown) => `\`${typeof text === 'object' ? JSON.stringify(text) : text}\``;

interface Parameter {
  type?: string;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  /** For a list parameter that also accepts a single value. */
  anyOf?: Parameter[];
}

/** A short description of the allowed values. */
function allowedValues(name: string, { type, enum: values, minimum, maximum, anyOf }: Parameter): string {
  if (name === 'filters') return 'as in a query';
  if (name === 'order_by') return 'pairs of a metric or dimension and `asc` or `desc`';
  if (type === 'boolean') return '`true`, `false`';
  if (values) return values.map(code).join(', ');
  if (name === 'currency') return 'an ISO 4217 code';
  if (type === 'integer') return `${minimum} to ${maximum?.toLocaleString('en')}`;
  return type === 'array' || anyOf?.some((each) => each.type === 'array') ? 'a list of names' : 'a string';
}

function parametersOf({ params }: Dataset): string {
  const { properties } = jsonSchemaOf(Joi.object(params)) as { properties?: Record<string, Parameter> };
  const names = Object.keys(params);
  if (names.length === 0) return '';
  const rows = names.map((name) => {
    const parameter = properties?.[name] ?? {};
    return [code(name), allowedValues(name, parameter), parameter.default === undefined ? '' : code(parameter.default)];
  });
  return `${table(['parameter', 'values', 'default'], rows)}\n\n`;
}

const columnsTable = (columns: Column[]) =>
  table(
    ['column', 'title', 'type', 'unit'],
    columns.map(({ name, title, type, unit = '' }) => [code(name), title, type, unit]),
  );

function urlOf({ id, example }: Dataset): string {
  const params = Object.entries({ site_id: 'demo', ...example }).map(
    ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  return `/api/v1/datasets/${id}/rows?${params.join('&')}`;
}

function orderOf({ key }: Dataset, params: Record<string, unknown>): string {
  const names = key(params).map(({ name, direction }) => `${code(name)}${direction === 'desc' ? ' descending' : ''}`);
  // A key function with an argument depends on the parameters.
  return `${key.length > 0 ? 'The example is ordered' : 'Ordered'} by ${names.join(', ')}`;
}

function section(dataset: Dataset): string {
  const { id, title, description, defaultRange, reads, columns } = dataset;
  const { params } = exampleRequest(dataset);
  const range = defaultRange ? `Default range: ${code(defaultRange)}.` : 'Takes no range.';
  const source = reads === 'events' ? 'Computed from events when read.' : 'As of the last aggregation.';
  return `## ${code(id)}: ${title}

${description}

${range} ${source} ${orderOf(dataset, params)}.

${parametersOf(dataset)}${columnsTable(columns(params))}

Example: ${code(urlOf(dataset))}
`;
}

export const renderDatasets = (): string => `# Datasets

<!-- Written by \`npm run check -- --update-docs\` from reporting/src/datasets/. Edit the datasets instead. -->

A dataset is a table of rows about one site. \`GET /api/v1/datasets\` lists the datasets, \`GET /api/v1/datasets/ID\` describes one, and
\`GET /api/v1/datasets/ID/rows\` returns a page of its rows: \`{dataset, columns, rows, meta, query, next}\`. \`page_size\` is 1 to 10,000 (default 100).
To get the next page, pass \`next\` as \`after\` with the same dataset and parameters; \`next\` is null on the last page. Pages continue by key, so rows
added in the meantime never cause duplicates or gaps. If rows are ordered by a value, a row can still move between pages when its value changes.

Every dataset takes \`site_id\` and \`timezone\` (default: the site's), and, unless it takes no range, \`date_range\` and \`week_start\` as in
[a query](query.md). Aggregates are stored by days in the site's time zone; a range in another zone selects them by its days. In a query string,
lists are comma-separated names or JSON; \`filters\` and \`order_by\` are JSON (curl accepts brackets only with \`-g\`). If the columns of a dataset depend
on its parameters, the table below shows those of the example. Counts leave out [bots](query.md) unless the dataset has a parameter \`include_bots\` and
it is true.

Column types: \`integer\` and \`decimal\` are exact (in JSON, decimals and integers beyond 2^53 are strings), \`number\` is a ratio or an average,
\`date\` is \`YYYY-MM-DD\`, \`instant\` is ISO 8601 in UTC. Money is a decimal with its currency in another column; amounts in several currencies in one
row are JSON such as \`{"EUR": "12.30"}\`.

Aggregates are written every hour. Until then, a dataset marked "as of the last aggregation" has no rows for a new site and does not include the
newest events. \`meta.aggregated_at\` is when they were last written; before the first time it is null, and \`meta.note\` says why there are no rows. To
write them now, add a job:

\`\`\`sh
curl -H "Authorization: Bearer $(cat .millrace/admin-key)" http://localhost:4110/api/v1/queues/analytics-aggregation/jobs -H 'content-type: application/json' -d '{"jobName":"all","data":{"site_id":"demo"}}'
\`\`\`

${datasets.map(section).join('\n')}`;
