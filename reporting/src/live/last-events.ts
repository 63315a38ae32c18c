/** Reads the newest events of a site, without anything that identifies people. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { matchingEvents } from '../query/matching-events.js';
import type { Dimension, ResolvedQuery } from '../query/resolved-query.js';
import { createSqlParameters } from '../reading/sql-parameters.js';

const columns = ['event_type', 'path', 'country', 'browser', 'source'] as const satisfies Dimension[];
type Column = (typeof columns)[number];

/** Contains no users, sessions, event ids or properties, which may hold anything. */
export type LastEvent = { at: Date } & Record<Exclude<Column, 'event_type' | 'path'>, string | null> &
  Record<'event_type' | 'path', string>;

const shownEvents = 20;

/** Events that match `query`, newest first. */
export async function readLastEvents(client: PoolClient, query: ResolvedQuery): Promise<LastEvent[]> {
  const parameters = createSqlParameters(query.siteId);
  const { keys, from } = matchingEvents({ ...query, dimensions: [...columns] }, parameters);
  const shown = columns.map((name, place) => `${keys[place]} as ${name}`);
  const text = `/* reporting.readLastEvents */
select timestamp as at, ${shown.join(', ')} from ${from}
order by timestamp desc, event_id desc limit ${shownEvents}`;
  return (await client.query<LastEvent>(text, parameters.values)).rows;
}
