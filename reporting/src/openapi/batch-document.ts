/** `POST /api/v1/query/batch`, for the document. */
import { batchLimits, commonFields, ownFields } from '../query-request/parse-batch.js';
import { answerSchemas } from './answer-schemas.js';
import { count, type JsonSchema, listOf, type ObjectSchema, record, ref, text } from './json-schema.js';
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
  description: 'What the client calls it; no two queries have the same.',
};

/** `query` is the schema of a single one. */
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
            '`filters` and `include` are added to those of the batch. `limit` and `offset` may stand by themselves.',
          not: { anyOf: ['limit', 'offset'].map((name) => ({ required: ['pagination', name] })) },
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
    queries: { ...count, description: 'How many were answered: all.' },
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
      tag: 'Questions',
      summary: 'Ask many things about one selection of events',
      description: `Up to ${batchLimits.queries} queries about one range under common filters, all answered as of one moment, each as \`POST /api/v1/query\` would answer it with the filters of both. With \`Accept: application/x-ndjson\` each answer is a line of its own, in the order in which they become ready, with the \`index\` of its query in the request, and its \`id\` where it has one. The last line is \`meta\`, or \`error\` when something failed after the first line: an answer without a line \`meta\` is not whole. A problem of one query is refused before anything is read, and named like \`queries.3.metrics\`. Answers of batches are not kept.`,
      body: 'Batch',
      answer: 'BatchAnswer',
      line: 'BatchLine',
      refusals: [400, 408, 413, 415, 429, 503, 504],
    }),
  },
};
