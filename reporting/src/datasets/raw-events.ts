/** Shared by datasets of raw events. */
import { filterSql } from '../query/filter-sql.js';
import { rawColumn } from '../query/raw-columns.js';
import { type IndexedType, isOfTypes, rawCost } from '../query/reading-cost.js';
import { filtersVisits } from '../query/visits-sql.js';
import { refusal } from '../query-request/refuse.js';
import { createSqlParameters, type SqlParameters } from '../reading/sql-parameters.js';
import type { DatasetContext, DatasetParams, Row } from './dataset.js';
import { filterOf } from './filters-param.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

/**
 * The values of a statement whose `$1` is the site, and its condition on the table events.
 * @throws ServiceError `invalid_request` for filters on visits.
 */
export function whereEvents(
  { siteId, range }: DatasetContext,
  params: DatasetParams,
  types?: IndexedType[],
): { parameters: SqlParameters; where: string } {
  const parameters = createSqlParameters(siteId);
  const conditions = [
    `site_id = ${parameters.site()}`,
    `timestamp >= ${parameters.add(range.from.toISOString(), 'timestamptz')}`,
    `timestamp < ${parameters.add(range.to.toISOString(), 'timestamptz')}`,
  ];
  if (types) conditions.push(isOfTypes(types));
  const filter = filterOf(params);
  if (filtersVisits(filter)) throw refusal(['filters'], 'must not be about visits, because each row is a single event');
  if (filter) conditions.push(filterSql(filter, rawColumn, parameters));
  return { parameters, where: conditions.join(' and ') };
}

/** Without filters a page reads only the rows it returns. */
export async function admitEvents(
  { client, siteId, range, limit, reads }: DatasetContext,
  params: DatasetParams,
  types?: IndexedType[],
): Promise<void> {
  const admit = reads?.admit;
  if (!admit) return;
  const filter = filterOf(params);
  if (!filter && limit !== undefined) admit({ isRaw: true, events: limit, rows: 0 });
  else admit(await rawCost(client, { siteId, range, filter, types }));
}

/** Reads the rows of `source`, one per event. */
export async function* eventRows(
  context: DatasetContext,
  params: DatasetParams,
  source: SqlSource,
  types?: IndexedType[],
): AsyncGenerator<Row[]> {
  await admitEvents(context, params, types);
  yield* sqlRows(context, source);
}
