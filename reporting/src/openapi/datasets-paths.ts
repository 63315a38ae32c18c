/** The routes of datasets as paths of the document, with an example for each dataset. */
import { datasets } from '../datasets/datasets.js';
import { pageLimits } from '../datasets/rows-question.js';
import { weekStarts } from '../query-request/query-names.js';
import { querySchema } from '../query-request/query-schema.js';
import { jsonSchemaOf, text } from './json-schema.js';
import { operation, parameter } from './operation.js';

const ids = datasets.map(({ id }) => id);

const examplesOf = (pick: (dataset: (typeof datasets)[number]) => unknown) =>
  Object.fromEntries(datasets.map((dataset) => [dataset.id, { summary: dataset.title, value: pick(dataset) }]));

const id = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The dataset.',
  schema: { enum: ids },
  examples: examplesOf((dataset) => dataset.id),
};

/** As an address has it: what is not text is JSON. */
const written = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : value);

/** Of the example of a dataset what the document has no parameter of its own for. */
function ownExample({ example }: (typeof datasets)[number]) {
  const { date_range: _range, timezone: _zone, week_start: _start, ...own } = example;
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, written(value)]));
}

const rowParameters = [
  parameter('site_id', jsonSchemaOf(querySchema).properties.site_id!, 'The site.', true),
  {
    ...parameter(
      'date_range',
      text,
      'As in `/api/v1/query`; for datasets that have a `default_range`, which it is when absent. Aggregates are kept by days of the time zone of the site and are chosen by the days of the range.',
    ),
    examples: {
      ...examplesOf(({ example, defaultRange }) => example.date_range ?? defaultRange),
      'two dates': { value: '2026-10-01,2026-10-31' },
    },
  },
  parameter('timezone', text, 'An IANA time zone; the one of the site when absent.'),
  parameter('week_start', { enum: weekStarts }, 'The first day of a week; Monday when absent.'),
  parameter(
    'page_size',
    { type: 'integer', minimum: 1, maximum: pageLimits.most, default: pageLimits.standard },
    'Rows of a page at most.',
  ),
  parameter('after', text, '`next` of the page before, of the same dataset with the same parameters.'),
  {
    name: 'params',
    in: 'query',
    description:
      'Parameters that only this dataset has, by their own names: `params` of its description lists them. Lists are names with commas between them or JSON, `filters` and `order_by` are JSON.',
    style: 'form',
    explode: true,
    schema: { type: 'object', additionalProperties: true },
    examples: examplesOf(ownExample),
  },
];

export const datasetsPaths = {
  '/api/v1/datasets': {
    get: operation({
      id: 'listDatasets',
      tag: 'Datasets',
      summary: 'List the datasets, each with its parameters and columns',
      answer: 'Datasets',
      refusals: [429, 503],
    }),
  },
  '/api/v1/datasets/{id}': {
    parameters: [id],
    get: operation({
      id: 'showDataset',
      tag: 'Datasets',
      summary: 'Show what a dataset is',
      answer: 'Dataset',
      refusals: [404, 429, 503],
    }),
  },
  '/api/v1/datasets/{id}/rows': {
    parameters: [id],
    get: operation({
      id: 'readDataset',
      tag: 'Datasets',
      summary: 'Read the rows of a dataset, page by page',
      description:
        'Pages follow each other by key: rows that are added meanwhile neither repeat nor hide others. Money is decimals in text, beside its currency.',
      parameters: rowParameters,
      answer: 'DatasetRows',
      isKept: true,
      refusals: [400, 404, 429, 503, 504],
    }),
  },
};
