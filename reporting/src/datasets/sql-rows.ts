/** Reads the rows of one statement from any key on, without holding them all in memory. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { copyRows } from './copy-rows.js';
import type { Column, DatasetContext, KeyColumn, Row } from './dataset.js';

export interface SqlSource {
  /** Starts with its owner comment and selects one expression per column, without an order. */
  text: string;
  /** Common table expressions. They go outside the text, because inside they would keep Postgres from using an index for the order. */
  with?: string;
  /** `$1` is the site. */
  values: unknown[];
  columns: Column[];
  key: KeyColumn[];
}

/** Values stay as Postgres text: parsing would take twice as long as reading. */
const asText = { getTypeParser: () => (text: string) => text };

const castOf: Partial<Record<Column['type'], string>> = {
  integer: 'numeric',
  decimal: 'numeric',
  number: 'float8',
  date: 'date',
  instant: 'timestamptz',
  boolean: 'boolean',
};

const sqlTypeOf = ({ name, sqlType }: KeyColumn, columns: Column[]) =>
  sqlType ?? castOf[columns.find((column) => column.name === name)!.type] ?? 'text';

/** Text is ordered by bytes, so the order is the same in every database. */
const keySql = (column: KeyColumn, columns: Column[]) =>
  sqlTypeOf(column, columns) === 'text' ? `"${column.name}" collate "C"` : `"${column.name}"`;

/** `(a, b) > ($3, $4)` if all directions are the same, otherwise spelled out. */
function afterKey({ columns, key, values }: SqlSource, after: (string | null)[]): string {
  const parameters = key.map((column, place) => {
    values.push(after[place]);
    return `$${values.length}::${sqlTypeOf(column, columns)}`;
  });
  const names = key.map((column) => keySql(column, columns));
  const signs = key.map(({ direction }) => (direction === 'desc' ? '<' : '>'));
  if (new Set(signs).size === 1) return `(${names.join(', ')}) ${signs[0]} (${parameters.join(', ')})`;
  const alternatives = names.map((name, place) => {
    const equal = names.slice(0, place).map((earlier, index) => `${earlier} = ${parameters[index]}`);
    return `(${[...equal, `${name} ${signs[place]} ${parameters[place]}`].join(' and ')})`;
  });
  return `(${alternatives.join(' or ')})`;
}

/** The complete statement of a page. */
export function pageStatement(source: SqlSource, { after, limit }: Pick<DatasetContext, 'after' | 'limit'>) {
  const copy = { ...source, values: [...source.values] };
  const comment = /^\/\*.*?\*\//.exec(source.text)?.[0] ?? '';
  const condition = after ? `where ${afterKey(copy, after)}` : '';
  const order = source.key.map((column) => `${keySql(column, source.columns)} ${column.direction ?? 'asc'}`).join(', ');
  const selected = source.columns.map(({ name }) => `"${name}"`).join(', ');
  const text = `${comment}${source.with ? `\nwith ${source.with}` : ''}
select ${selected} from (${source.text.slice(comment.length)}) as row ${condition} order by ${order}${limit === undefined ? '' : ` limit ${Math.floor(limit)}`}`;
  return { text, values: copy.values };
}

/** `2026-01-31 08:00:00.5+00` becomes `2026-01-31T08:00:00.5Z`; the session is in UTC. */
const isoInstant = (text: string | null) => (text === null ? null : `${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
const boolean = (text: string | null) => (text === null ? null : text === 't' ? 'true' : 'false');

/** Conversions for columns that Postgres formats differently. */
function rewrites(columns: Column[]): [number, (text: string | null) => string | null][] {
  return columns.flatMap(({ type }, place) => {
    if (type === 'instant') return [[place, isoInstant] as const];
    return type === 'boolean' ? [[place, boolean] as const] : [];
  }) as [number, (text: string | null) => string | null][];
}

/** Batches of rows in key order: a page in one response, everything else as a stream. */
export async function* sqlRows(context: DatasetContext, source: SqlSource): AsyncGenerator<Row[]> {
  const { client, limit } = context;
  const { text, values } = pageStatement(source, context);
  const changes = rewrites(source.columns);
  for await (const rows of limit === undefined ? copyRows(client, text, values) : onePage(client, text, values)) {
    for (const row of rows) for (const [place, rewrite] of changes) row[place] = rewrite(row[place]!);
    if (rows.length > 0) yield rows;
  }
}

async function* onePage(client: PoolClient, text: string, values: unknown[]): AsyncGenerator<Row[]> {
  yield (await client.query<Row>({ text, values, rowMode: 'array', types: asText as never })).rows;
}
