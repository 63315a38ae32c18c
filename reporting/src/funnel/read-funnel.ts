/** Counts the users who got to each step of a funnel, in order and in time. */
import { ServiceError } from '@millrace/shared/errors';
import type { PoolClient } from '@millrace/shared/postgres';
import { filterSql } from '../query/filter-sql.js';
import { rawColumn } from '../query/raw-columns.js';
import type { Filter, TimeRange } from '../query/resolved-query.js';
import { createSqlParameters, type SqlParameters } from '../query/sql-parameters.js';
import { walkFunnel } from './walk-funnel.js';

export interface Funnel {
  siteId: string;
  range: TimeRange;
  /** What every event must match. */
  filter?: Filter;
  /** What the event of each step must match. */
  steps: Filter[];
  /** Longest time between the event of the first step and that of the last. */
  windowMs: number;
}

/** Of the cursor: little memory, few round trips. */
const rowsAtOnce = 10_000;

type Row = [user: string, seconds: number, steps: number];

/**
 * Users per step, as {@link walkFunnel} defines it. The events come ordered by user and time, so that one walk over them is
 * enough, and pass through a cursor, so that memory does not grow with them.
 * @param signal Looked at between two parts of the cursor, while Postgres has no statement of ours to cancel.
 * @throws ServiceError `query_timeout` once the signal has fired.
 */
export async function readFunnel(client: PoolClient, funnel: Funnel, signal?: AbortSignal): Promise<number[]> {
  const walk = walkFunnel(funnel.steps.length, funnel.windowMs * 1_000);
  await openCursor(client, funnel);
  for (;;) {
    const rows = await fetchRows(client);
    // Seconds in a double are exact to less than half a microsecond.
    for (const [user, seconds, steps] of rows) walk.add({ user, time: Math.round(seconds * 1e6), steps });
    if (rows.length < rowsAtOnce) break;
    if (signal?.aborted) throw new ServiceError('query_timeout');
  }
  await client.query('/* reporting.closeFunnel */ close funnel_events');
  return walk.end();
}

async function openCursor(client: PoolClient, funnel: Funnel): Promise<void> {
  const parameters = createSqlParameters(funnel.siteId);
  const text = `/* reporting.openFunnel */ declare funnel_events no scroll cursor for ${eventsSql(funnel, parameters)}`;
  await client.query(text, parameters.values);
}

async function fetchRows(client: PoolClient): Promise<Row[]> {
  const text = `/* reporting.readFunnel */ fetch ${rowsAtOnce} from funnel_events`;
  const { rows } = await client.query<Row>({ text, rowMode: 'array' });
  return rows;
}

/** Events of users that match at least one step, with a bit for each that they match. */
function eventsSql({ range, filter, steps }: Funnel, parameters: SqlParameters): string {
  const conditions = steps.map((step) => filterSql(step, rawColumn, parameters));
  const site = parameters.site();
  const from = parameters.add(range.from.toISOString(), 'timestamptz');
  const to = parameters.add(range.to.toISOString(), 'timestamptz');
  const bits = conditions.map((condition, index) => `${condition}::int * ${2 ** index}`);
  return `
    select user_id, date_part('epoch', timestamp), ${bits.join(' + ')}
    from events
    where site_id = ${site} and timestamp >= ${from} and timestamp < ${to} and user_id is not null
      ${filter ? `and ${filterSql(filter, rawColumn, parameters)}` : ''}
      and (${conditions.join(' or ')})
    order by user_id collate "C", timestamp`;
}
