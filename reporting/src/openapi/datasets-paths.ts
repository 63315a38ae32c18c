import { jsonSchemaOf, text } from '@millrace/shared/openapi/json-schema';
import { parameter } from '@millrace/shared/openapi/operation';
import { datasets } from '../datasets/datasets.js';
import { pageLimits } from '../datasets/page-query.js';
import { weekStarts } from '../query-request/query-names.js';
import { querySchema } from '../query-request/query-schema.js';
import { operation } from './operation.js';

const ids = datasets.map(({ id }) => id);

const examplesOf = (pick: (dataset: (typeof datasets)[number]) => unknown) =>
  Object.fromEntries(datasets.map((dataset) => [dataset.id, { summary: dataset.title, value: pick(dataset) }]));

export const datasetId = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The dataset.',
  schema: { enum: ids },
  examples: examplesOf((dataset) => dataset.id),
};

/** In a query string, everything but text is JSON. */
const queryStringValue = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : value);

/** The parameters of the example that only this dataset has. */
function specificParams({ example }: (typeof datasets)[number]) {
  const { date_range: _range, timezone: _zone, week_start: _start, ...own } = example;
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, queryStringValue(value)]));
}

export const rowParameters = [
  parameter('site_id', jsonSchemaOf(querySchema).properties.site_id!, 'The site.', true),
  {
    ...parameter(
      'date_range',
      text,
      "As in `/api/v1/query`. Default: the `default_range` of the dataset; datasets without one take no range. Aggregates are stored by days in the site's time zone and selected by the days of the range.",
    ),
    examples: {
      ...examplesOf(({ example, defaultRange }) => example.date_range ?? defaultRange),
      'two dates': { value: '2026-10-01,2026-10-31' },
    },
  },
  parameter('timezone', text, "An IANA time zone. Default: the site's."),
  parameter('week_start', { enum: weekStarts }, 'The first day of the week. Default: Monday.'),
  parameter(
    'page_size',
    { type: 'integer', minimum: 1, maximum: pageLimits.most, default: pageLimits.standard },
    'Maximum number of rows per page.',
  ),
  parameter('after', text, '`next` from the previous page of the same dataset with the same parameters.'),
  {
    name: 'params',
    in: 'query',
    description:
      'Parameters specific to this dataset, under their own names; `GET /api/v1/datasets/{id}` lists them in `params`. Lists are comma-separated names or JSON; `filters` and `order_by` are JSON.',
    style: 'form',
    explode: true,
    schema: { type: 'object', additionalProperties: true },
    examples: examplesOf(specificParams),
  },
];

export const datasetsPaths = {
  '/api/v1/datasets': {
    get: operation({
      id: 'listDatasets',
      tag: 'Datasets',
      summary: 'List datasets with their parameters and columns',
      response: 'Datasets',
      errors: [429, 503],
    }),
  },
  '/api/v1/datasets/{id}': {
    parameters: [datasetId],
    get: operation({
      id: 'showDataset',
      tag: 'Datasets',
      summary: 'Describe a dataset',
      response: 'Dataset',
      errors: [404, 429, 503],
    }),
  },
  '/api/v1/datasets/{id}/rows': {
    parameters: [datasetId],
    get: operation({
      id: 'readDataset',
      tag: 'Datasets',
      summary: 'Read the rows of a dataset, page by page',
      description:
        'Pages continue by key, so rows added in the meantime never cause duplicates or gaps. Money is a decimal as a string, with its currency in another column.',
      parameters: rowParameters,
      response: 'DatasetRows',
      hasEtag: true,
      errors: [400, 404, 429, 503, 504],
    }),
  },
};
