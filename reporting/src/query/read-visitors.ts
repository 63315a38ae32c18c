/** Turns chosen groups into the exact numbers of their visitors. */
import type { PoolClient } from '@millrace/shared/postgres';
import { lookUpSelects, typesSql } from './look-up-rows.js';
import type { Group } from './read-groups.js';
import type { Filter } from './resolved-query.js';
import { dimensionOf } from './rollup-columns.js';
import { type RollupReading, rawSelect, rolledSelects } from './rollup-sources.js';
import { addValue } from './select-ranges.js';
import { createSqlParameters, type SqlParameters } from './sql-parameters.js';
import { countVisitors, type GatheredVisitors, gatherAll, gatherRaw, gatherRolled } from './visitor-count.js';

/** Visitors of each group, in order. The reading is by value. */
export async function readVisitors(client: PoolClient, reading: RollupReading, groups: Group[]): Promise<number[]> {
  if (groups.length === 0) return [];
  const { text, values } = visitorsStatement(reading, groups);
  const { rows } = await client.query<GatheredVisitors & { no: number }>(text, values);
  const visitors = groups.map(() => 0);
  for (const { no, ...gathered } of rows) visitors[no - 1] = countVisitors(gathered);
  return visitors;
}

function visitorsStatement(reading: RollupReading, groups: Group[]): { text: string; values: unknown[] } {
  const parameters = createSqlParameters(reading.siteId);
  const lists = [
    addValue(
      parameters,
      groups.map(({ bucket }) => bucket),
      'int[]',
    ),
    addValue(
      parameters,
      groups.map(({ type }) => type),
      'text[]',
    ),
    addValue(
      parameters,
      groups.map(({ value }) => value ?? ''),
      'text[]',
    ),
  ];
  const types = typesSql(reading, parameters);
  const rolled = lookUpSelects(reading, parameters, groups.length) ?? joinSelects(reading, parameters);
  const parts = rolled.map((select) => `select no, ${gatherRolled('true')} from (${select}) r group by no`);
  const raw = rawPart(reading, groups, parameters);
  if (raw) parts.push(raw);
  const text = `/* reporting.readVisitors */
with key as materialized (
  select no::int, bucket, event_type collate "C" as event_type, value collate "C" as value
  from unnest(${lists.join(', ')}) with ordinality as key(bucket, event_type, value, no)
), type as materialized (${types})
select no, ${gatherAll} from (
  ${parts.join('\n  union all\n  ')}
) part group by no`;
  return { text, values: parameters.values };
}

/** How rows called `found` find their key. */
function sameKey({ plan }: RollupReading): string {
  const parts = ['key.value = found.value'];
  if (plan.byTime) parts.push('key.bucket = found.bucket');
  if (plan.byType) parts.push('key.event_type = found.event_type');
  return parts.join(' and ');
}

/** All rows of the range, of which those of the keys are kept. */
function joinSelects(reading: RollupReading, parameters: SqlParameters): string[] {
  const columns = 'r.event_type, r.value, r.visitor_count, r.visitors';
  return rolledSelects(reading, parameters, columns).map(
    (rows) => `select key.no, found.visitor_count, found.visitors from (${rows}) found join key on ${sameKey(reading)}`,
  );
}

/** Events of other values are left out before anything else is done with them. */
function rawPart(reading: RollupReading, groups: Group[], parameters: SqlParameters): string | undefined {
  const { plan, filter } = reading;
  const values = [...new Set(groups.map(({ value }) => value))];
  const wanted: Filter = { op: 'is', dimension: dimensionOf(plan), values };
  const filters = filter ? [filter, wanted] : [wanted];
  const found = rawSelect({ ...reading, filter: { op: 'and', filters } }, parameters, [
    'event_type',
    'value',
    'user_id',
  ]);
  if (found === undefined) return undefined;
  return `select no, ${gatherRaw} from (
    select distinct key.no, found.user_id from (${found}) found join key on ${sameKey(reading)}
    where found.user_id is not null
  ) per_user left join visitors on visitors.site_id = ${parameters.site()} and visitors.user_id = per_user.user_id
  group by no`;
}
