/** Reads the set of visitors of each period, including users who have no number yet. */
import { createVisitorSet, numbersOf, splitFrames, type VisitorSet } from '@millrace/shared/bitmap/bitmap';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { coveredTables, type RollupReading } from '../query/covered-tables.js';
import type { RollupPlan } from '../query/plan-rollup.js';
import { framesOf } from '../query/read-rollups.js';
import { rollupCost } from '../query/reading-cost.js';
import { planReading, readRollupState } from '../query/rollup-state.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { createSqlParameters } from '../reading/sql-parameters.js';

export interface ActiveVisitors {
  /** One per period; the caller must dispose of them. */
  sets: VisitorSet[];
  source: 'rollup' | 'mixed' | 'raw';
}

/** All visitors, whatever they did. */
const plan: RollupPlan = {
  byTime: true,
  byType: false,
  allTypes: true,
  types: [],
  withVisitors: true,
};

/** Period i is `[bounds[i], bounds[i + 1])`. */
export async function readActiveVisitors(
  client: PoolClient,
  siteId: string,
  bounds: Date[],
  reads: ReadOptions = {},
): Promise<ActiveVisitors> {
  const range = { from: bounds[0]!, to: bounds.at(-1)! };
  const state = await readRollupState(client, siteId, range);
  const reading = planReading({ siteId, range, buckets: { unit: 'day', bounds, labels: [] } }, plan, state);
  reads.admit?.(await rollupCost(client, reading));
  const { days, intervals, raw } = reading.cover;
  const { text, values } = statementOf(reading, state?.lastVisitorNo ?? 0);
  const { rows } = await client.query<{ bucket: number; frames: Buffer | null; numbers: Buffer | null }>(text, values);
  const sets = bounds.slice(1).map(createVisitorSet);
  for (const { bucket, frames, numbers } of rows) {
    for (const bitmap of frames ? splitFrames(frames) : []) sets[bucket]!.addBitmap(bitmap);
    if (numbers) sets[bucket]!.addNumbers(numbersOf(numbers));
  }
  const rolled = days.length + intervals.length > 0;
  return { sets, source: raw.length === 0 ? 'rollup' : rolled ? 'mixed' : 'raw' };
}

/** Users without a number get temporary ones above all that are assigned, the same in all periods. */
function statementOf(reading: RollupReading, lastVisitorNo: number): { text: string; values: unknown[] } {
  const parameters = createSqlParameters(reading.siteId);
  const last = parameters.add(lastVisitorNo, 'bigint');
  const text = `/* reporting.readActiveVisitors */
with ${coveredTables(reading, parameters)}, per_user as (
  select distinct bucket, user_id from raw where user_id is not null
), numbered as (
  select bucket, coalesce(visitors.visitor_no, ${last} + dense_rank() over (partition by visitors.visitor_no is null order by per_user.user_id)) as no
  from per_user left join visitors on visitors.site_id = ${parameters.site()} and visitors.user_id = per_user.user_id
), part as (
  select bucket, ${framesOf} as frames, null::bytea as numbers from rolled group by bucket
  union all
  select bucket, null, string_agg(int4send(no::int), '') from numbered group by bucket
)
select bucket, string_agg(frames, '') as frames, string_agg(numbers, '') as numbers from part group by bucket`;
  return { text, values: parameters.values };
}
