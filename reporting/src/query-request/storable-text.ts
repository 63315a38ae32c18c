/** Turns what a text must be for the database to take it into patterns, the same for Joi and for JSON Schema. */

/** One character that Postgres stores: no NUL and no half of a surrogate pair. Needs the flag `u`. */
const storable = '[^\\u0000\\ud800-\\udfff]';

/** The source of a pattern: `before`, then `min` to `max` characters that can be stored. */
export const storableText = (min: number, max: number, before = '') => `^${before}${storable}{${min},${max}}$`;
