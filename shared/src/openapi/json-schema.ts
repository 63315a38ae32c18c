import type Joi from 'joi';

export type JsonSchema = { [keyword: string]: unknown };
export interface ObjectSchema extends JsonSchema {
  properties: Record<string, JsonSchema>;
}

/** What a custom rule checks, as JSON Schema: `Joi.string().custom(...).meta(keywords({ maxLength: 9 }))`. */
export const keywords = (jsonSchema: JsonSchema) => ({ jsonSchema });

const keywordsOf = (rule: Joi.Schema): JsonSchema =>
  Object.assign({}, ...(rule.$_terms.metas ?? []).map((meta: { jsonSchema?: JsonSchema }) => meta.jsonSchema));

/** Whether null is the same as leaving the property out, as after `empty(null)`. */
const isAbsentIfNull = (rule: Joi.Schema): boolean => {
  const empty = rule.$_getFlag('empty') as Joi.Schema | undefined;
  return empty !== undefined && empty.validate(null).error === undefined;
};

/** The schema, or null. */
export function orNull({ type, enum: values, anyOf, ...more }: JsonSchema): JsonSchema {
  if (anyOf)
    return { ...more, ...(type !== undefined && { type }), anyOf: [...(anyOf as JsonSchema[]), { type: 'null' }] };
  return { type: [type, 'null'].flat(), ...(values !== undefined && { enum: [values, null].flat() }), ...more };
}

/**
 * JSON Schema draft 2020-12, the dialect of OpenAPI 3.1. Joi leaves out what it cannot express, such as custom rules without
 * {@link keywords}: see {@link withProperties}.
 */
export function jsonSchemaOf(schema: Joi.ObjectSchema): ObjectSchema {
  const converted = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) as ObjectSchema;
  const described = Object.entries(converted.properties ?? {}).map(([name, property]) => {
    const rule = schema.extract(name);
    const whole = { ...property, ...keywordsOf(rule) };
    return [name, isAbsentIfNull(rule) ? orNull(whole) : whole];
  });
  return { ...converted, ...(converted.properties && { properties: Object.fromEntries(described) }) };
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
