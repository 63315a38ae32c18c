import { createRandom } from '@millrace/shared/testing/create-random';
import { describe, expect, it } from 'vitest';
import { aggregateSite } from '../../src/aggregations/aggregate-site.js';
import { storeEvents } from '../../src/events/store-events.js';
import {
  add,
  addSite,
  bringUpToDate,
  compare,
  database,
  expectSums,
  month,
  mrrOn,
  now,
  pay,
  query,
  remove,
  roll,
  span,
  useEmptyDatabase,
} from './aggregated-site.js';
import type { TestEvent } from './random-events.js';
import { oddMoney, randomSubscriptions } from './random-subscriptions.js';

useEmptyDatabase();

it('is correct however often subscriptions are canceled, paid and refunded, in one currency or in all', async () => {
  const random = createRandom(7);
  await addSite('Europe/Berlin');
  const events = Array.from({ length: 400 }, (_, index): TestEvent => {
    const [currency, interval] = [random.pick(['EUR', 'USD', 'CHF']), random.pick(['day', 'week', 'week', 'month'])];
    const timestamp = new Date(Date.UTC(2026, 4, 1) + random.below(180) * 86_400_000 + index * 1_000).toISOString();
    const made = pay(timestamp, '5', { transaction_id: `t${index % 60}`, currency, interval });
    const event_type = random.pick(['payment', 'subscription_canceled', 'subscription_canceled', 'refund']);
    const properties: Record<string, object | undefined> = {
      refund: { transaction_id: `t${random.below(60)}`, amount: '5', currency },
      subscription_canceled: {
        ...random.pick([{}, {}, { currency }]),
        ends: random.pick(['now', 'period_end', 'period_end']),
      },
    };
    return { ...made, event_type, properties: { ...(properties[event_type] ?? made.properties) } };
  });
  await add(events);
  await compare(events, 'Europe/Berlin');
});

describe.each([
  ['UTC', 1],
  ['America/New_York', 2],
  ['Europe/Berlin', 3],
  ['Asia/Kolkata', 4],
  ['Pacific/Apia', 5],
])('in %s', (zone, seed) => {
  it('every figure of every period of three years matches the definitions: at first, after late events, and after erasures', async () => {
    const random = createRandom(seed);
    await addSite(zone);
    const events = randomSubscriptions(random, 'demo', 14, span);
    const isLate = () => random.below(5) === 0;
    const [late, first] = [events.filter(isLate), [] as TestEvent[]];
    first.push(...events.filter((event) => !late.includes(event)));
    await add(first);
    await compare(first, zone);
    await roll();
    await add(late);
    await compare(events, zone);
    const erased = new Set(Array.from({ length: 20 }, () => random.pick(events).event_id));
    await remove([...erased]);
    await compare(
      events.filter(({ event_id }) => !erased.has(event_id)),
      zone,
    );
  });
});

it.each([11, 12])('aggregates a site with arbitrary payment events: seed %i', async (seed) => {
  const random = createRandom(seed);
  await addSite('Europe/Berlin');
  const events = randomSubscriptions(random, 'demo', 8, span);
  const all = [...events, ...oddMoney(random, events, 300)];
  await add(all);
  await compare(all, 'Europe/Berlin');
});

it('recomputes when the number of grace days changes', async () => {
  await addSite('UTC');
  await add([pay('2026-10-01T10:00:00Z', '10.00', month)]);
  expect(await mrrOn('2026-11-03', '2026-11-04')).toEqual([10, 0]);
  await aggregateSite(database.pool, 'demo', { now, graceDays: 0, onProgress: () => {} });
  expect(await mrrOn('2026-10-31', '2026-11-01')).toEqual([10, 0]);
  const events = randomSubscriptions(createRandom(6), 'demo', 10, span);
  await query('delete from events');
  await storeEvents(database.pool, JSON.stringify(events));
  await roll();
  await query(`insert into aggregation_marks values ('demo', '2026-10-01T10:00:00Z')`);
  await aggregateSite(database.pool, 'demo', { now, graceDays: 0, onProgress: () => {} });
  await compare(events, 'UTC', 0);
});

it('recomputes everything if the previous release has aggregated since, or on the first run', async () => {
  await addSite('Europe/Berlin');
  const events = randomSubscriptions(createRandom(8), 'demo', 6, span);
  await add(events);
  await query(`update revenue_aggregates set mrr = 1, mrr_new = 0, payments = 99`);
  await query(`delete from money_events where timestamp > '2026-01-01'`);
  await query(`update site_aggregations set aggregated_at = aggregated_at + interval '1 second'`);
  await bringUpToDate();
  await compare(events, 'Europe/Berlin');
});

it('computes three years of many subscribers', async () => {
  await addSite('UTC');
  const random = createRandom(2);
  const payments = Array.from({ length: 10_000 }, (_, index) => {
    const at = new Date(Date.UTC(2023, 10, 20) + random.below(1_095 * 86_400) * 1_000).toISOString();
    const interval = random.pick(['month', 'year']);
    return { ...pay(at, '12.00', { interval, transaction_id: `t${index}` }), user_id: `user-${random.below(1_000)}` };
  });
  await storeEvents(database.pool, JSON.stringify(payments));
  await query('analyze events');
  await aggregateSite(database.pool, 'demo', { now, onProgress: () => {} });
  expect(await query(`select count(*)::int as days from revenue_aggregates where period_type = 'day'`)).toEqual([
    { days: 1_097 },
  ]);
  await expectSums();
});
