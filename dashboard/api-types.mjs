/** Generates src/api-types.d.ts from the OpenAPI document of reporting. */
const note = '/** Written by `npm run check -- --update-docs` from the OpenAPI document of reporting. */\n';

/** Descriptions are dropped so that editing one in the document does not change the types. */
function withoutDescriptions(value) {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name, inner]) => !(name === 'description' && typeof inner === 'string'),
  );
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutDescriptions(inner)]));
}

/** @param document the parsed OpenAPI document */
export async function renderApiTypes({ openapi, info, components: { schemas } }) {
  const { astToString, default: openapiTypes } = await import('openapi-typescript');
  const types = await openapiTypes({ openapi, info, paths: {}, components: { schemas: withoutDescriptions(schemas) } });
  return note + astToString(types);
}
