/** The columns of table `events` in the engines, and the file that they are loaded from. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { panelDimensions } from '../query/cases/panels-case.js';
import { postgres } from '../query/dialect.js';

/** Texts of which few are different. */
export const textColumns = [...panelDimensions, 'utm_content'];

/**
 * Users of the traffic are `u-` and eight hexadecimal digits, sessions begin with as many: numbers are what suits the engines
 * best, and no two sessions that follow each other are likely to share theirs.
 */
const userNumber = `('x' || substr(user_id, 3))::bit(32)::bigint & 4294967295`;

const sessionNumber = `('x' || substr(session_id, 1, 8))::bit(32)::bigint & 4294967295`;

/**
 * Columns of the file, with their types in ClickHouse. The first byte of the id is enough to order the few events of the same
 * user and time.
 */
export const fileColumns: [name: string, type: string, sql: string][] = [
  ['site_id', 'String', 'site_id'],
  ['ts', "DateTime64(3, 'UTC')", `(timestamp at time zone 'UTC')::text`],
  ['id_start', 'UInt8', 'get_byte(uuid_send(event_id), 0)'],
  ['user_id', 'UInt32', userNumber],
  ['session_no', 'UInt32', sessionNumber],
  ...textColumns.map((name): [string, string, string] => [name, 'String', postgres.column(name)]),
  ['load_ms', 'UInt16', `properties ->> 'load_ms'`],
  ['price', 'Decimal(9, 2)', `properties ->> 'price'`],
];

/** The server writes it itself: it is ours, on this machine. Values have no comma and no quotation mark. */
export async function exportEvents(pool: Pool, file: string): Promise<void> {
  const columns = fileColumns.map(([name, , sql]) => `${sql} as "${name}"`).join(', ');
  await pool.query(
    `/* bench.exportEvents */ copy (select ${columns} from events) to '${file.replaceAll("'", "''")}' (format csv)`,
  );
}
