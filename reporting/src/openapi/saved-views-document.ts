import {
  instant,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  type ObjectSchema,
  record,
  ref,
  text,
} from '@millrace/shared/openapi/json-schema';
import { parameter } from '@millrace/shared/openapi/operation';
import { storableText } from '../query-request/storable-text.js';
import { definitionCharacters, pageFields } from '../saved-views/parse-definition.js';
import { kindSchema, type ViewKind, viewKinds } from '../saved-views/saved-view.js';
import { recordLimits } from '../sites/site-records.js';
import { operation } from './operation.js';
import { siteContentPaths } from './site-content-paths.js';

const requestSchemaNames = { funnel: 'Funnel', retention: 'Returns', journeys: 'Journeys' } as const;

/** Leaves out the fields that the page showing the view decides itself. */
function withoutPageFields(schema: ObjectSchema): JsonSchema {
  const isIncluded = (name: string) => !pageFields.some((each) => each === name);
  const { required } = schema as { required?: string[] };
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(schema.properties).filter(([name]) => isIncluded(name))),
    ...(required && { required: required.filter(isIncluded) }),
  };
}

type Requests = Record<string, JsonSchema>;

const definitionOf = (kind: ViewKind, requests: Requests, isStored: boolean): JsonSchema => {
  if (kind !== 'segment') return withoutPageFields(requests[requestSchemaNames[kind]] as ObjectSchema);
  const list = listOf(ref('Filter'), { minItems: 1 });
  return record({ filters: isStored ? list : { anyOf: [ref('Filter'), list] } });
};

const name: JsonSchema = { type: 'string', pattern: storableText(1, 200) };

/** One schema for each kind, because the kind decides what the definition looks like. */
const forEachKind = (fieldsOf: (kind: ViewKind) => Record<string, JsonSchema>, ...optional: string[]): JsonSchema => ({
  oneOf: viewKinds.map((kind) => record(fieldsOf(kind), ...optional)),
});

/** `requests` has the schemas of request bodies. */
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
    description: 'The kind must be the one that the view has.',
    anyOf: viewKinds.map((kind) => record(written(kind), 'kind')),
  };
  return {
    NewSavedView: forEachKind(written),
    SavedViewChange: change,
    SavedView: forEachKind(read),
    SavedViews: record({ saved_views: listOf(ref('SavedView')) }),
  };
}

const tag = 'Site content';

export const savedViewsPaths = siteContentPaths(
  {
    ...{ tag, noun: 'a saved view', nouns: 'saved views' },
    schema: { one: 'SavedView', all: 'SavedViews', created: 'NewSavedView' },
    listDescription: 'Ordered by creation, oldest first.',
    createDescription:
      'For a segment, the definition has its filters. For a funnel, retention or journeys it is the request body without site, range, time zone and filters.',
    conflict: `The site already has ${recordLimits.savedViews} saved views.`,
    parameters: [parameter('kind', jsonSchemaOf(kindSchema).properties.kind!, 'Only saved views of this kind.')],
  },
  {
    put: operation({
      ...{
        id: 'replaceSavedView',
        tag,
        summary: 'Replace the name and the definition of a saved view',
        scope: 'admin',
      },
      ...{ body: 'SavedViewChange', response: 'SavedView', errors: [400, 404, 408, 413, 415, 429, 503] },
      errorDescriptions: { 404: 'The site does not have a saved view with this id.' },
    }),
  },
);
