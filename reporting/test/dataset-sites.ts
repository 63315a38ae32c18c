/** Sites with money, costs and signups in several time zones, whose rollups and money are missing, complete or partly stale. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createRandom } from '@millrace/shared/testing/create-random';
import { countsOnceBy, isMoney, moneyKind } from './naive-money.js';
import { randomEvents, type SiteEvent, type StoredEvent, storeEvents } from './random-events.js';
import { markIntervals, quarterOf, storeRollups } from './stored-rollups.js';

export const zones = {
  unrolled: 'UTC',
  rolled: 'Australia/Lord_Howe',
  late: 'America/New_York',
  erased: 'Europe/Berlin',
};
export type SiteName = keyof typeof zones;

/** Clocks change in Lord Howe on 5 October 2025, in Berlin on 26 October, and in New York on 2 November. */
const first = new Date('2025-09-27T00:00:00Z');
const lengthMs = 42 * 86_400_000;

const amounts = ['10.00', '0.1', '999999999999.999999', '12.5', '7', '3.333333', '-5', 'much', undefined];

/** Possible properties of events by type, including old events from before their rules. */
function typed(seed: number, event: StoredEvent): StoredEvent {
  const random = createRandom(seed);
  const type = random.pick(['payment', 'payment', 'payment', 'refund', 'cost', 'cost', 'signup']);
  const name = (prefix: string, count: number) =>
    random.pick([...Array.from({ length: count }, (_, at) => `${prefix}${at}`), 7, '', null, 'x'.repeat(129)]);
  return {
    ...event,
    event_type: type,
    properties: {
      amount: random.pick(amounts),
      currency: random.pick(['EUR', 'EUR', 'USD', 'JPY', 'euro', null]),
      status: random.pick(['succeeded', 'succeeded', 'failed', 'open', undefined]),
      transaction_id: name('t', 20),
      refund_id: name('r', 8),
      interval: random.pick(['month', undefined]),
      category: name('c', 3),
      feature: name('f', 3),
    },
  };
}

function eventsOf(seed: number): SiteEvent[] {
  const events = randomEvents(seed, 900, first, lengthMs).map((event, at) =>
    at % 3 === 0 ? typed(seed * 10_000 + at, event) : event,
  );
  return events.map((event, at) => ({
    ...event,
    event_id: `0190a5b0-7c3d-7000-8000-${String(at).padStart(12, '0')}`,
  }));
}

/** The state after an aggregation. */
async function keepMoney(pool: Pool, siteId: string, events: SiteEvent[]): Promise<void> {
  const rows = events.filter(isMoney).map((event) => ({
    timestamp: event.timestamp,
    event_id: event.event_id,
    kind: moneyKind(event),
    counts_by: countsOnceBy(event),
  }));
  await pool.query(
    `insert into money_events (site_id, timestamp, event_id, kind, counts_by, interval_count, at_period_end)
    select $1, timestamp, event_id, kind, counts_by, 1, false
    from jsonb_to_recordset($2::jsonb) as row(timestamp timestamptz, event_id uuid, kind text, counts_by text)`,
    [siteId, JSON.stringify(rows)],
  );
  await pool.query(
    `insert into site_aggregations (site_id, timezone, aggregated_at, revenue_at, revenue_grace_days)
    values ($1, $2, '2025-11-08', '2025-11-08', 3)`,
    [siteId, zones[siteId as SiteName]],
  );
}

/** Marks as rolls and aggregations leave them, in turn. */
async function markAggregates(pool: Pool, siteId: string, events: SiteEvent[]): Promise<void> {
  await pool.query(
    `insert into aggregation_marks (site_id, interval_start, event_types, table_name)
    select $1, interval_start, case n % 3 when 0 then null else array['payment', 'refund', 'view'] end,
      case n % 2 when 0 then null else 'revenue_aggregates' end
    from unnest($2::timestamptz[]) with ordinality as mark(interval_start, n)`,
    [siteId, events.map(quarterOf)],
  );
}

async function addSite(pool: Pool, siteId: SiteName, seed: number): Promise<SiteEvent[]> {
  const timezone = zones[siteId];
  const all = eventsOf(seed);
  await pool.query('insert into sites (site_id, timezone) values ($1, $2)', [siteId, timezone]);
  // Some are gone by now, but existed when money was computed.
  const gone = siteId === 'erased' ? all.filter((_event, at) => at % 6 === 0) : [];
  const events = all.filter((event) => !gone.includes(event));
  const stored = all.map((event) => (gone.includes(event) ? { ...event, path: 'gone' } : event));
  await storeEvents(pool, siteId, stored);
  await pool.query(`delete from events where site_id = $1 and path = 'gone'`, [siteId]);
  if (siteId === 'unrolled') return events;
  const isLate = (_event: SiteEvent, at: number) => siteId === 'late' && at % 12 === 0;
  const late = events.filter(isLate);
  const early = events.filter((event) => !late.includes(event));
  const rollups = { siteId, timezone, daysBefore: '2025-11-05' };
  await storeRollups(pool, early, rollups);
  await markIntervals(pool, siteId, late);
  await keepMoney(pool, siteId, [...early, ...gone]);
  await markAggregates(pool, siteId, gone);
  return events;
}

/** All events by site, in order of time. */
export async function addDatasetSites(pool: Pool): Promise<Record<SiteName, SiteEvent[]>> {
  await addPartition(pool, '2025-01-01', '2026-01-01');
  const sites = {} as Record<SiteName, SiteEvent[]>;
  for (const [at, siteId] of (Object.keys(zones) as SiteName[]).entries()) {
    const events = await addSite(pool, siteId, at + 1);
    sites[siteId] = events.sort(
      (a, b) => a.timestamp.getTime() - b.timestamp.getTime() || (a.event_id < b.event_id ? -1 : 1),
    );
  }
  return sites;
}
