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
  user_id: 'uinteger',
  load_ms: 'usmallint',
  price: 'decimal(9, 2)',
};
const columnTypes = fileColumns.map(([name]) => `'${name}': '${types[name] ?? 'varchar'}'`).join(', ');
const dictionaries = ['site_id', ...textColumns];

const readFile = (file: string) => `create table loaded as
select * from read_csv('${file}', header = false, nullstr = '', columns = {${columnTypes}})`;

const createType = (column: string) =>
  `create type ${column}_values as enum (select distinct ${column} from loaded where ${column} is not null order by 1)`;

const sortEvents = `create table events as
select ts, (row_number() over (partition by site_id, user_id, ts order by event_id) - 1)::utinyint as instant_no, user_id,
  ${dictionaries.map((column) => `${column}::${column}_values as ${column}`).join(', ')}, load_ms, price
from loaded order by site_id, ts::date, user_id, ts, instant_no`;

export async function openDuckdb(folder: string): Promise<Engine> {
  const { DuckDBInstance } = createRequire(join(folder, 'package.json'))('@duckdb/node-api') as Duckdb;
  // It would fetch extensions from the network otherwise.
  const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false' });
  const connection = await instance.connect();
  return {
    async load(file) {
      const statements = [readFile(file), ...dictionaries.map(createType), sortEvents, 'drop table loaded'];
      for (const statement of statements) await connection.run(statement);
      return {};
    },
    async ask(statement): Promise<Table> {
      const rows = (await connection.runAndReadAll(statement)).getRowsJS();
      return rows.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
    },
  };
}
