/** Writes the types of what the API takes and answers, from its OpenAPI document: src/api-types.d.ts is made of this. */
const note = '/** Written by `npm run check -- --update-docs` from the OpenAPI document of reporting. */\n';

/** Descriptions are for readers of the document; without them a new sentence there changes nothing here. */
function withoutDescriptions(value) {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name, inner]) => !(name === 'description' && typeof inner === 'string'),
  );
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutDescriptions(inner)]));
}

/** @param document the OpenAPI document */
export async function renderApiTypes({ openapi, info, components: { schemas } }) {
  const { astToString, default: openapiTypes } = await import('openapi-typescript');
  const types = await openapiTypes({ openapi, info, paths: {}, components: { schemas: withoutDescriptions(schemas) } });
  return note + astToString(types);
}
