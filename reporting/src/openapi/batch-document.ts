import {
  count,
  having,
  type JsonSchema,
  listOf,
  type ObjectSchema,
  record,
  ref,
  text,
} from '@millrace/shared/openapi/json-schema';
import { batchLimits, commonFields, ownFields } from '../query-request/parse-batch.js';
import { answerSchemas } from './answer-schemas.js';
import { operation } from './operation.js';

const pick = ({ properties }: ObjectSchema, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, properties[name]!]));

const object = (properties: Record<string, JsonSchema>, required: string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const id: JsonSchema = {
  ...text,
  minLength: 1,
  maxLength: batchLimits.id,
  description: "The client's name for the query, unique in the batch.",
};

/** `query` is the schema of a single query. */
function batchSchema(query: ObjectSchema): JsonSchema {
  const { limit, offset } = (query.properties.pagination as ObjectSchema).properties;
  const own = pick(query, ownFields);
  const oneQuery = object({ id, ...own, limit: limit!, offset: offset! }, ['metrics']);
  return object(
    {
      ...pick(query, commonFields),
      queries: listOf(
        {
          ...oneQuery,
          description:
            '`filters` and `include` are added to those of the batch. `limit` and `offset` can be given without `pagination`.',
          not: { anyOf: ['limit', 'offset'].map((name) => having('pagination', name)) },
        },
        { minItems: 1, maxItems: batchLimits.queries },
      ),
    },
    ['site_id', 'date_range', 'queries'],
  );
}

const { properties: answer } = answerSchemas.Answer as ObjectSchema;
const { properties: metaOfAnswer } = answer.meta as ObjectSchema;
const meta = record(
  {
    queries: { ...count, description: 'Number of queries answered: always all of them.' },
    ...{ site_known: metaOfAnswer.site_known!, elapsed_ms: count, as_of: metaOfAnswer.as_of! },
  },
  'as_of',
);

export const batchSchemas = (query: JsonSchema): Record<string, JsonSchema> => ({
  Batch: batchSchema(query as ObjectSchema),
  BatchAnswer: record({ results: listOf(record({ id, ...answer }, 'id')), meta }),
  BatchLine: {
    description: 'One line of `application/x-ndjson`.',
    oneOf: [record({ index: count, id, ...answer }, 'id'), record({ meta }), ref('Error')],
  },
});

export const batchPaths = {
  '/api/v1/query/batch': {
    post: operation({
      id: 'queryBatch',
      tag: 'Queries',
      summary: 'Run many queries over one selection of events',
      description: `Up to ${batchLimits.queries} queries that share a range and filters, all answered from one snapshot of the data. Each result is what \`POST /api/v1/query\` would return with the filters of the batch and of the query combined. With \`Accept: application/x-ndjson\` each result is one line, sent as soon as it is ready, with the \`index\` of its query in the request and its \`id\` if it has one. The last line is \`meta\`, or \`error\` if something failed after the first line: a response without a \`meta\` line is incomplete. If one query is invalid the whole batch is rejected before anything is read, and the error names the field, such as \`queries.3.metrics\`. Batches are not cached.`,
      body: 'Batch',
      response: 'BatchAnswer',
      line: 'BatchLine',
      errors: [400, 408, 413, 415, 429, 503, 504],
    }),
  },
};
