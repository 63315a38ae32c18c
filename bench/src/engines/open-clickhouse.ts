/** ClickHouse in this process: a MergeTree with dictionaries, ordered by site and date. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Table, Value } from '../query/query-case.js';
import type { Engine } from './engine-call.js';
import { fileColumns, textColumns } from './engine-columns.js';

interface Session {
  queryAsync(statement: string, options: { format: string }): Promise<{ text(): string }>;
}

const fileText = (file: string) => `'${file}'`;
const schema = fileColumns.map(([name, type]) => `${name} ${type}`).join(', ');

const createTable = `create table events (
  site_id LowCardinality(String), date Date, ts DateTime64(3, 'UTC'), id_start UInt8, user_id UInt32, session_no UInt32,
  ${textColumns.map((name) => `${name} LowCardinality(String)`).join(', ')}, load_ms UInt16, price Decimal(9, 2)
) engine = MergeTree order by (site_id, date, user_id, ts, id_start)`;

const fill = (file: string) => `insert into events
select site_id, toDate(ts), ts, id_start, user_id, session_no,
  ${textColumns.join(', ')}, load_ms, price
from file(${fileText(file)}, CSV, ${fileText(schema.replaceAll("'", "\\'"))})`;

const bytesOnDisk = `select sum(bytes_on_disk) from system.parts where table = 'events' and active`;

function toTable(text: string): Table {
  const lines = text.split('\n').filter((line) => line !== '');
  // An empty text stands for null, of which dictionaries know nothing.
  return lines.map((line) => (JSON.parse(line) as Value[]).map((value) => (value === '' ? null : value)));
}

/** `folder` is where its package is, `dataFolder` where it keeps what it is given. */
export function openClickhouse(folder: string, dataFolder: string): Engine {
  const chdb = createRequire(join(folder, 'package.json'))('chdb') as { Session: new (path: string) => Session };
  const session = new chdb.Session(dataFolder);
  const ask = async (statement: string) =>
    toTable((await session.queryAsync(statement, { format: 'JSONCompactEachRow' })).text());
  return {
    ask,
    async load(file) {
      for (const statement of [createTable, fill(file), 'optimize table events final']) await ask(statement);
      const [[bytes] = []] = await ask(bytesOnDisk);
      return { bytes: Number(bytes) };
    },
  };
}
