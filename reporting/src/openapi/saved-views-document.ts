/** `/api/v1/sites/:site_id/saved-views`, for the document. */

import { storableText } from '../query-request/storable-text.js';
import { definitionCharacters, pageFields } from '../saved-views/parse-definition.js';
import { kindSchema, type ViewKind, viewKinds } from '../saved-views/saved-view.js';
import { recordLimits } from '../sites/site-records.js';
import { instant, type JsonSchema, jsonSchemaOf, listOf, type ObjectSchema, record, ref, text } from './json-schema.js';
import { keptPaths } from './kept-operations.js';
import { operation, parameter } from './operation.js';

const questions = { funnel: 'Funnel', retention: 'Returns', journeys: 'Journeys' } as const;

/** Without what the page decides that shows the view. */
function withoutPage(schema: ObjectSchema): JsonSchema {
  const isLeft = (name: string) => !pageFields.some((each) => each === name);
  const { required } = schema as { required?: string[] };
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(schema.properties).filter(([name]) => isLeft(name))),
    ...(required && { required: required.filter(isLeft) }),
  };
}

type Requests = Record<string, JsonSchema>;

const definitionOf = (kind: ViewKind, requests: Requests, isStored: boolean): JsonSchema => {
  if (kind !== 'segment') return withoutPage(requests[questions[kind]] as ObjectSchema);
  const list = listOf(ref('Filter'), { minItems: 1 });
  return record({ filters: isStored ? list : { anyOf: [ref('Filter'), list] } });
};

const name: JsonSchema = { type: 'string', pattern: storableText(1, 200) };

/** A schema for each kind, by which it is told what the definition is. */
const ofKinds = (fieldsOf: (kind: ViewKind) => Record<string, JsonSchema>, ...optional: string[]): JsonSchema => ({
  oneOf: viewKinds.map((kind) => record(fieldsOf(kind), ...optional)),
});

/** `requests` has the bodies of questions. */
export function savedViewsSchemas(requests: Requests): Record<string, JsonSchema> {
  const written = (kind: ViewKind) => ({
    ...{ kind: { const: kind }, name },
    definition: {
      ...definitionOf(kind, requests, false),
      description: `At most ${definitionCharacters.toLocaleString('en')} characters as JSON.`,
    },
  });
  const read = (kind: ViewKind) => ({
    ...{ id: text, kind: { const: kind }, name: text },
    ...{ definition: definitionOf(kind, requests, true), created_at: instant },
  });
  const change = {
    description: 'Of the kind that the view has.',
    anyOf: viewKinds.map((kind) => record(written(kind), 'kind')),
  };
  return {
    NewSavedView: ofKinds(written),
    SavedViewChange: change,
    SavedView: ofKinds(read),
    SavedViews: record({ saved_views: listOf(ref('SavedView')) }),
  };
}

const tag = 'Kept for a site';

export const savedViewsPaths = keptPaths(
  {
    ...{ tag, noun: 'a saved view', nouns: 'saved views' },
    schema: { one: 'SavedView', all: 'SavedViews', created: 'NewSavedView' },
    listed: 'In the order in which they were made.',
    created:
      'A segment is filters; of a funnel, retention or journeys it is the body of the question, without its site, range, zone and filters.',
    full: `The site has ${recordLimits.savedViews} saved views already.`,
    parameters: [parameter('kind', jsonSchemaOf(kindSchema).properties.kind!, 'Of this kind only.')],
  },
  {
    put: operation({
      ...{
        id: 'replaceSavedView',
        tag,
        summary: 'Replace the name and the definition of a saved view',
        scope: 'admin',
      },
      ...{ body: 'SavedViewChange', answer: 'SavedView', refusals: [400, 404, 408, 413, 415, 429, 503] },
      reasons: { 404: 'The site does not have a saved view of this id.' },
    }),
  },
);
