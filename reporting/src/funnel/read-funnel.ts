/** Reads a funnel from raw events, where segments cannot answer it. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { filterSql } from '../query/filter-sql.js';
import { rawColumn } from '../query/raw-columns.js';
import { eventsWithVisits, filtersVisits, isVisitDimension } from '../query/visits-sql.js';
import { createSqlParameters, type SqlParameters } from '../reading/sql-parameters.js';
import { eventRange, type Funnel, type FunnelAnswer, rulesOf } from './funnel.js';
import { createTally } from './tally-funnel.js';
import { walkFunnel } from './walk-funnel.js';

/** Per fetch: little memory, few round trips. */
const rowsPerFetch = 10_000;

type Row = [user: string, visit: number | null, seconds: number, steps: number, value: string | null];

/**
 * Events are ordered by user and time, so one pass is enough. They are read through a cursor, so memory does not grow with them.
 * @param signal Checked between two fetches, when there is no running statement to cancel.
 * @throws ServiceError `query_timeout` once the signal has fired.
 */
export async function readFunnel(client: PoolClient, funnel: Funnel, signal?: AbortSignal): Promise<FunnelAnswer> {
  const { add, tally } = createTally(funnel.steps.length, funnel.breakdown !== undefined);
  const walk = walkFunnel(rulesOf(funnel), add);
  const values = new Map<string | null, number>();
  await openCursor(client, funnel);
  for (;;) {
    const rows = await fetchRows(client);
    for (const [user, visit, seconds, steps, value] of rows) {
      if (!values.has(value)) values.set(value, values.size);
      // Seconds in a double are exact to less than half a microsecond.
      walk.add(visit === null ? user : `${visit} ${user}`, Math.round(seconds * 1e6), steps, values.get(value)!);
    }
    if (rows.length < rowsPerFetch) break;
    if (signal?.aborted) throw new ServiceError('query_timeout');
  }
  await client.query('/* reporting.closeFunnel */ close funnel_events');
  walk.end();
  const texts = [...values.keys()];
  return { ...tally(), textOf: (value) => texts[value] ?? null, source: 'raw' };
}

async function openCursor(client: PoolClient, funnel: Funnel): Promise<void> {
  const parameters = createSqlParameters(funnel.siteId);
  const text = `/* reporting.openFunnel */ declare funnel_events no scroll cursor for ${eventsSql(funnel, parameters)}`;
  await client.query(text, parameters.values);
}

async function fetchRows(client: PoolClient): Promise<Row[]> {
  const text = `/* reporting.readFunnel */ fetch ${rowsPerFetch} from funnel_events`;
  const { rows } = await client.query<Row>({ text, rowMode: 'array' });
  return rows;
}

/** Whether the funnel depends on visits. */
export const needsVisits = ({ byVisit, filter, steps, breakdown }: Funnel): boolean =>
  byVisit === true || [filter, ...steps].some(filtersVisits) || isVisitDimension(breakdown ?? '');

/** Users' events that match at least one step, with a bit for each step that they match. */
function eventsSql(funnel: Funnel, parameters: SqlParameters): string {
  const { filter, steps, byVisit, breakdown } = funnel;
  const range = eventRange(funnel);
  const source = needsVisits(funnel) ? eventsWithVisits(range, parameters) : 'events';
  const conditions = steps.map((step) => filterSql(step, rawColumn, parameters));
  const site = parameters.site();
  const from = parameters.add(range.from.toISOString(), 'timestamptz');
  const to = parameters.add(range.to.toISOString(), 'timestamptz');
  const bits = conditions.map((condition, index) => `${condition}::int * ${2 ** index}`);
  const visit = byVisit ? 'visit_no::float8' : 'null::float8';
  return `
    select user_id, ${visit} as visit, date_part('epoch', timestamp), ${bits.join(' + ')},
      ${breakdown ? rawColumn(breakdown, parameters).sql : 'null'}
    from ${source}
    where site_id = ${site} and timestamp >= ${from} and timestamp < ${to} and user_id is not null
      ${filter ? `and ${filterSql(filter, rawColumn, parameters)}` : ''}
      and (${conditions.join(' or ')})
    order by user_id collate "C", visit, timestamp, event_id`;
}
