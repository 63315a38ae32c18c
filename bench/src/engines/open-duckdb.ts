/** DuckDB in this process: a table in memory whose texts are of ENUM types. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Table, Value } from '../query/query-case.js';
import type { Engine } from './engine-call.js';
import { fileColumns, textColumns } from './engine-columns.js';

interface Connection {
  run(statement: string): Promise<unknown>;
  runAndReadAll(statement: string): Promise<{ getRowsJS(): (Value | bigint)[][] }>;
}

interface Duckdb {
  DuckDBInstance: {
    create(path: string, options: Record<string, string>): Promise<{ connect(): Promise<Connection> }>;
  };
}

const types: Record<string, string> = {
  ts: 'timestamp',
  id_start: 'utinyint',
  user_id: 'uinteger',
  session_no: 'uinteger',
  load_ms: 'usmallint',
  price: 'decimal(9, 2)',
};
const columnTypes = fileColumns.map(([name]) => `'${name}': '${types[name] ?? 'varchar'}'`).join(', ');
const dictionaries = ['site_id', ...textColumns];

const rowsOf = (file: string) => `read_csv('${file}', header = false, nullstr = '', columns = {${columnTypes}})`;

/** The file is read twice rather than kept in memory with all its texts. */
const collectValues = (file: string) => `create table known as
select ${dictionaries.map((column) => `list(distinct ${column}) as ${column}`).join(', ')} from ${rowsOf(file)}`;

const createType = (column: string) =>
  `create type ${column}_values as enum (select value from (select unnest(${column}) as value from known) order by value)`;

const fill = (file: string) => `create table events as
select ts, id_start, user_id, session_no, ${dictionaries.map((column) => `${column}::${column}_values as ${column}`).join(', ')}, load_ms, price
from ${rowsOf(file)} order by site_id, ts::date, user_id, ts, id_start`;

export async function openDuckdb(folder: string): Promise<Engine> {
  const { DuckDBInstance } = createRequire(join(folder, 'package.json'))('@duckdb/node-api') as Duckdb;
  // It would fetch extensions from the network otherwise.
  const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false' });
  const connection = await instance.connect();
  return {
    async load(file) {
      const statements = [collectValues(file), ...dictionaries.map(createType), fill(file), 'drop table known'];
      for (const statement of statements) await connection.run(statement);
      return {};
    },
    async ask(statement): Promise<Table> {
      const rows = (await connection.runAndReadAll(statement)).getRowsJS();
      return rows.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
    },
  };
}
