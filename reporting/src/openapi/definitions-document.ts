import { type JsonSchema, listOf, record, ref, text } from '@millrace/shared/openapi/json-schema';
import { content } from '@millrace/shared/openapi/operation';
import { openGet } from '@millrace/shared/openapi/service-paths';

const meanings: JsonSchema = { type: 'object', additionalProperties: text };

export const definitionsSchemas = {
  Definitions: record({
    metrics: meanings,
    dimensions: meanings,
    time: meanings,
    operators: meanings,
    ranges: meanings,
    comparison: meanings,
    match: meanings,
    bots: text,
    ai_crawlers: listOf(text, { description: 'Values of `bot` that are crawlers of AI services.' }),
  }),
};

export const definitionsPaths = {
  '/api/v1/definitions': openGet('definitions', 'Describe the names that queries use, in Markdown. No key is needed', {
    200: { description: 'Meanings by name.', content: content(ref('Definitions')) },
  }),
};
