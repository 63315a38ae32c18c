/** Patterns for text that Postgres can store, for both Joi and JSON Schema. */

/** One character that Postgres can store: no NUL, no unpaired surrogate. Needs the `u` flag. */
const storable = '[^\\u0000\\ud800-\\udfff]';

/** Source of a pattern: `before`, then `min` to `max` storable characters. */
export const storableText = (min: number, max: number, before = '') => `^${before}${storable}{${min},${max}}$`;
