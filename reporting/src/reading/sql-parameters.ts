/** Numbered parameters of one statement about one site: no value ever becomes part of the SQL text. */
import { makeStorable } from '@millrace/shared/contract/make-storable';

export interface SqlParameters {
  readonly values: unknown[];
  /** The placeholder of the site; the same each time. */
  site(): string;
  /** Adds the value and returns its placeholder with its type, such as `$3::text`. */
  add(value: string, type: 'text' | 'timestamptz' | 'numeric'): string;
  add(value: number, type: 'integer' | 'bigint' | 'double precision'): string;
  add(value: string[], type: 'text[]' | 'date[]' | 'timestamptz[]' | 'bigint[]'): string;
  add(value: number[], type: 'integer[]' | 'double precision[]'): string;
}

export function createSqlParameters(siteId: string): SqlParameters {
  const values: unknown[] = [];
  let site: string | undefined;
  const parameters: SqlParameters = {
    values,
    site() {
      site ??= parameters.add(siteId, 'text');
      return site;
    },
    add(value: string | number | (string | number)[], type: string) {
      // Characters that cannot be stored became U+FFFD in the stored event, so a query for them has to look for that.
      const storable = (each: string | number) => (typeof each === 'string' ? makeStorable(each) : each);
      values.push(Array.isArray(value) ? value.map(storable) : storable(value));
      return `$${values.length}::${type}`;
    },
  };
  return parameters;
}
