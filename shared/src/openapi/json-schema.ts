import type Joi from 'joi';

export type JsonSchema = { [keyword: string]: unknown };
export interface ObjectSchema extends JsonSchema {
  properties: Record<string, JsonSchema>;
}

/** JSON Schema draft 2020-12, the dialect of OpenAPI 3.1. Joi leaves out what it cannot express, such as custom rules: see {@link withProperties}. */
export function jsonSchemaOf(schema: Joi.ObjectSchema): ObjectSchema {
  return schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) as ObjectSchema;
}

/** Adds keywords, such as descriptions, to the properties of a schema. */
export function withProperties(schema: ObjectSchema, more: Record<string, JsonSchema>): ObjectSchema {
  const properties = { ...schema.properties };
  for (const [name, keywords] of Object.entries(more)) properties[name] = { ...properties[name], ...keywords };
  return { ...schema, properties };
}

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const listOf = (items: JsonSchema, more: JsonSchema = {}): JsonSchema => ({ type: 'array', items, ...more });
/** An array with a schema for each position. */
export const tuple = (...places: JsonSchema[]): JsonSchema => ({
  type: 'array',
  prefixItems: places,
  minItems: places.length,
  maxItems: places.length,
});
/** An object in a response: all properties are required except those in `optional`. */
export const record = (properties: Record<string, JsonSchema>, ...optional: string[]): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
/** An object that has all of these properties; for `not`, to say that they exclude each other. */
export const having = (...names: string[]): JsonSchema => ({
  properties: Object.fromEntries(names.map((name) => [name, {}])),
  required: names,
});

export const text: JsonSchema = { type: 'string' };
export const count: JsonSchema = { type: 'integer', minimum: 0 };
export const numberOrNull: JsonSchema = { type: ['number', 'null'] };
export const textOrNull: JsonSchema = { type: ['string', 'null'] };
export const flag: JsonSchema = { type: 'boolean' };
export const instant: JsonSchema = { type: 'string', format: 'date-time' };
export const instantOrNull: JsonSchema = { type: ['string', 'null'], format: 'date-time' };
