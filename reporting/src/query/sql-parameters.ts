/** Numbered parameters of one statement about one site, so that no value is ever part of its text. */

export interface SqlParameters {
  readonly values: unknown[];
  /** The place of the site that the statement is about; the same each time. */
  site(): string;
  /** Keeps the value and returns its place with its type, such as `$3::text`. */
  add(value: string, type: 'text' | 'timestamptz' | 'numeric'): string;
  add(value: number, type: 'integer' | 'bigint' | 'double precision'): string;
  add(value: string[], type: 'text[]' | 'timestamptz[]'): string;
}

/** NUL, which Postgres cannot hold, became U+FFFD when the event was stored; who asks for it means that. */
const storable = (text: string) => text.replaceAll('\0', '\ufffd');

export function createSqlParameters(siteId: string): SqlParameters {
  const values: unknown[] = [];
  let site: string | undefined;
  const parameters: SqlParameters = {
    values,
    site() {
      site ??= parameters.add(siteId, 'text');
      return site;
    },
    add(value: string | number | string[], type: string) {
      if (typeof value === 'number') values.push(value);
      else values.push(typeof value === 'string' ? storable(value) : value.map(storable));
      return `$${values.length}::${type}`;
    },
  };
  return parameters;
}
