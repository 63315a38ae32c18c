/** Turns a reading into all its groups with their counts and, when they are wanted, their visitors. */
import type { PoolClient } from '@millrace/shared/postgres';
import { bytesSql, checkBytes, mostGroupBytes } from './answer-bytes.js';
import { isNullable } from './rollup-columns.js';
import { keyColumns, type RollupReading, rawSelect, rolledSelects } from './rollup-sources.js';
import { createSqlParameters, type SqlParameters } from './sql-parameters.js';
import { countVisitors, type GatheredVisitors, gatherAll, gatherRaw, gatherRolled } from './visitor-count.js';

export interface Group {
  /** 0 when time is no dimension. */
  bucket: number;
  /** Null when it is no dimension. */
  type: string | null;
  /** Null when it is no dimension, and for the absence of a value. */
  value: string | null;
  events: number;
  views: number;
  /** One for each type of the plan. */
  ofTypes: number[];
  visitors: number;
}

/** A row as the statements give it; columns c0, c1, ... are the counts of types. */
export type GroupRow = {
  bucket?: number;
  event_type?: string;
  value?: string | null;
  events?: number;
  views?: number;
} & Record<`c${number}`, number>;

/** Columns of counts, of those that are wanted, over rows that have `events` (how many) and `event_type`. */
export function countColumns(reading: RollupReading, parameters: SqlParameters): string[] {
  const { plan } = reading;
  const ofType = (type: string) => `event_type = ${parameters.add(type, 'text')} and event_type <> ''`;
  const whole = plan.allTypes ? ` filter (where event_type = '')` : '';
  return [
    ...(plan.withEvents ? [`sum(events)${whole} as events`] : []),
    ...(plan.withViews ? [`sum(events) filter (where event_type = 'view') as views`] : []),
    ...plan.types.map((type, index) => `sum(events) filter (where ${ofType(type)}) as c${index}`),
  ];
}

export const countNames = ({ plan }: RollupReading): string[] => [
  ...(plan.withEvents ? ['events'] : []),
  ...(plan.withViews ? ['views'] : []),
  ...plan.types.map((_type, index) => `c${index}`),
];

export function toGroup({ plan }: RollupReading, row: GroupRow, visitors: number): Group {
  return {
    bucket: row.bucket ?? 0,
    type: row.event_type ?? null,
    value: row.value === '' && isNullable(plan) ? null : (row.value ?? null),
    events: row.events ?? 0,
    views: row.views ?? 0,
    ofTypes: plan.types.map((_type, index) => row[`c${index}`]!),
    visitors,
  };
}

/** Columns of texts that groups have. */
export const textColumns = (reading: RollupReading): string[] =>
  keyColumns(reading).filter((column) => column !== 'bucket');

/** @throws ServiceError `invalid_request` for more than {@link mostGroupBytes}. */
export async function readGroups(client: PoolClient, reading: RollupReading): Promise<Group[]> {
  const { text, values } = groupsStatement(reading);
  const { rows } = await client.query<GroupRow & Partial<GatheredVisitors> & { bytes: number }>(text, values);
  const { withVisitors } = reading.plan;
  const [firstText] = textColumns(reading) as ('event_type' | 'value')[];
  if (firstText) checkBytes(rows[0]!.bytes, mostGroupBytes);
  // The only row of no groups has nothing but their bytes.
  const found = firstText && rows[0]![firstText] === null ? [] : rows;
  return found.map((row) => toGroup(reading, row, withVisitors ? countVisitors(row as GatheredVisitors) : 0));
}

function groupsStatement(reading: RollupReading): { text: string; values: unknown[] } {
  const parameters = createSqlParameters(reading.siteId);
  const { withVisitors } = reading.plan;
  const keys = keyColumns(reading);
  const parts = [rolledPart(reading, parameters), rawPart(reading, parameters)].filter((part) => part !== undefined);
  const sums = countNames(reading).map((name) => `coalesce(sum(${name}), 0)::float8 as ${name}`);
  const groups = `select ${[...keys, ...sums, ...(withVisitors ? [gatherAll] : [])].join(', ')} from (
  ${parts.join('\n  union all\n  ')}
) part ${groupBy(keys)}`;
  const text = `/* reporting.readGroups */\n${measured(groups, textColumns(reading))}`;
  return { text, values: parameters.values };
}

/** Time alone has few groups: only texts need measuring. */
function measured(groups: string, texts: string[]): string {
  if (texts.length === 0) return groups;
  return `with groups as materialized (${groups})
select groups.*, bytes from (select ${bytesSql('groups', texts)} as bytes offset 0) measured left join groups on bytes <= ${mostGroupBytes}`;
}

export const groupBy = (keys: string[]): string => (keys.length > 0 ? `group by ${keys.join(', ')}` : '');

function rolledPart(reading: RollupReading, parameters: SqlParameters): string | undefined {
  const { allTypes, withVisitors, byValue } = reading.plan;
  const columns = `r.event_type, r.events${byValue ? ', r.value' : ''}${withVisitors ? ', r.visitor_count, r.visitors' : ''}`;
  const selects = rolledSelects(reading, parameters, columns);
  if (selects.length === 0) return undefined;
  const keys = keyColumns(reading);
  const gathered = withVisitors ? [gatherRolled(allTypes ? `r.event_type = ''` : 'true')] : [];
  return `select ${[...keys, ...countColumns(reading, parameters), ...gathered].join(', ')}
  from (${selects.join(' union all ')}) r ${groupBy(keys)}`;
}

/** Events are counted per user first: that can be hashed, and gives the users once each. */
function rawPart(reading: RollupReading, parameters: SqlParameters): string | undefined {
  const { plan } = reading;
  const keys = keyColumns(reading);
  const source = rawSelect(reading, parameters, ['event_type', 'value', 'user_id']);
  if (source === undefined) return undefined;
  const counts = [
    ...(plan.withEvents ? ['count(*)::int as events'] : []),
    ...(plan.withViews ? [`count(*) filter (where event_type = 'view')::int as views`] : []),
    ...plan.types.map(
      (type, index) => `count(*) filter (where event_type = ${parameters.add(type, 'text')})::int as c${index}`,
    ),
  ];
  if (!plan.withVisitors) {
    return `select ${[...keys, ...counts].join(', ')} from (${source}) e ${groupBy(keys)}`;
  }
  const sums = countNames(reading).map((name) => `sum(${name}) as ${name}`);
  return `select ${[...keys, ...sums, gatherRaw].join(', ')} from (
    select ${[...keys, 'user_id', ...counts].join(', ')} from (${source}) e ${groupBy([...keys, 'user_id'])}
  ) per_user left join visitors on visitors.site_id = ${parameters.site()} and visitors.user_id = per_user.user_id
  ${groupBy(keys)}`;
}
