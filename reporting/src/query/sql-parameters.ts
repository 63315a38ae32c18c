/** Turns values into numbered parameters of one statement, so that no value is ever part of its text. */

export interface SqlParameters {
  readonly values: unknown[];
  /** Keeps the value and returns its place with its type, such as `$3::text`. */
  add(value: string, type: 'text' | 'timestamptz' | 'numeric'): string;
  add(value: number, type: 'integer' | 'bigint' | 'double precision'): string;
  add(value: string[], type: 'text[]' | 'timestamptz[]'): string;
}

/** NUL, which Postgres cannot hold, became U+FFFD when the event was stored; who asks for it means that. */
const storable = (text: string) => text.replaceAll('\0', '\ufffd');

export function createSqlParameters(): SqlParameters {
  const values: unknown[] = [];
  return {
    values,
    add(value: string | number | string[], type: string) {
      if (typeof value === 'number') values.push(value);
      else values.push(typeof value === 'string' ? storable(value) : value.map(storable));
      return `$${values.length}::${type}`;
    },
  };
}
