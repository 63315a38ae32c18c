import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanUp } from '../../src/cleanup/clean-up.js';
import { runErase } from '../../src/erase/erase-run.js';
import { createBatchConsumer } from '../../src/events/consume-batches.js';
import { ensureMonths } from '../../src/events/ensure-partitions.js';
import { insertEvents } from '../../src/events/insert-events.js';
import { markRange } from '../../src/rollups/mark-range.js';
import { rollSite } from '../../src/rollups/roll-site.js';
import { runVerify } from '../../src/verify/verify-run.js';
import { storedDays, storedIntervals } from '../rollup-rows.js';
import { runCommand } from '../run-command.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

/** 400 days earlier is 6 October 2025, so September and older months may be dropped. */
const now = new Date('2026-11-10T12:07:00Z');
let nextId = 1;

function event(timestamp: string, fields: object = {}) {
  const event_id = `0190a5b0-7c3d-7000-8000-${String(nextId++).padStart(12, '0')}`;
  return { site_id: 'demo', timestamp, event_id, event_type: 'view', path: '/', ...fields };
}

const sql = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;

async function consume(events: object[]) {
  const telemetry = createTelemetry();
  const data = { v: 1 as const, count: events.length, events: JSON.stringify(events) };
  await createBatchConsumer(database.pool, telemetry, silent).consume({ id: `job-${nextId}`, data });
  return telemetry.registry.metrics();
}

async function roll(siteId = 'demo'): Promise<void> {
  await rollSite(database.pool, siteId, { now });
  // Aggregates are computed by another job.
  await sql('delete from aggregation_marks');
}

const clean = (rawRetentionDays = 400) =>
  cleanUp(
    { pool: database.pool, exportDir: '/nowhere/exports', rawRetentionDays, now, logger: silent },
    { type: 'temp_files', olderThan: 0 },
  );

const partitions = async () =>
  (
    await sql(`select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'events'::regclass order by 1`)
  ).map(({ relname }) => relname);

const rollups = async () => ({
  intervals: await storedIntervals(database.pool, 'demo'),
  days: await storedDays(database.pool, 'demo'),
});

const verify = (from: string, to = '2026-11-10') =>
  runCommand(runVerify, ['--site', 'demo', '--from', from, '--to', to], database.url);

/** In a zone that is 5:45 ahead, 1 October began while it was still September in UTC. */
const history = () => [
  event('2025-08-10T10:00:00Z', { user_id: 'ada', path: '/august' }),
  event('2025-09-30T18:00:00Z', { user_id: 'bob', path: '/the-day-before' }),
  event('2025-09-30T23:50:00Z', { user_id: 'ada', path: '/first-hours' }),
  event('2025-10-01T00:10:00Z', { user_id: 'ada', path: '/later-hours' }),
  event('2025-10-20T10:00:00Z', { user_id: 'bob' }),
  event('2026-11-09T10:00:00Z', { user_id: 'ada' }),
];

async function live(): Promise<void> {
  await consume(history());
  await sql(`update sites set timezone = 'Asia/Kathmandu'`);
  await roll();
}

describe('raw events past their retention', () => {
  it("stay forever if it is 0, whatever the job's age", async () => {
    await live();
    expect(await clean(0)).toMatchObject({ removed: { event_months: 0 }, kept: [] });
    expect(await partitions()).toEqual(['events_2025_08', 'events_2025_09', 'events_2025_10', 'events_2026_11']);
  });

  it('are dropped month by month, while rollups and newer events stay unchanged', async () => {
    await live();
    const before = await rollups();
    expect(before.days).toHaveLength(10);
    expect(await clean()).toMatchObject({ removed: { event_months: 2 }, kept: [] });
    expect(await partitions()).toEqual(['events_2025_10', 'events_2026_11']);
    expect(await rollups()).toEqual(before);
    expect(await sql('select count(*)::int as events from events')).toEqual([{ events: 3 }]);
    expect(await clean()).toMatchObject({ removed: { event_months: 0 }, kept: [] });
    expect(await sql('select since from raw_horizon')).toEqual([{ since: new Date('2025-10-01T00:00:00Z') }]);
  });

  it('leave no gap: dropping a single old month closes all months up to the next one with events', async () => {
    await consume([event('2019-03-05T00:00:00Z'), event('2026-11-09T10:00:00Z')]);
    await roll();
    expect(await clean()).toMatchObject({ removed: { event_months: 1 } });
    expect(await partitions()).toEqual(['events_2025_10', 'events_2026_11']);
  });

  it.each([
    [
      'a wrong rollup',
      `update rollup_15m set events = 7 where dimension = 'all' and interval_start < '2025-09-01'`,
      'site demo has 2 differences between rollups and raw events; 1 later month also kept',
    ],
    [
      'a marked interval',
      `insert into rollup_marks values ('demo', '2025-08-10T10:00Z')`,
      'site demo has 1 interval not rolled up yet; 1 later month also kept',
    ],
    [
      'a marked day',
      `insert into rollup_day_marks values ('demo', '2025-08-10')`,
      'site demo has 1 day not rolled up yet; 1 later month also kept',
    ],
    [
      'marks of a site without events in that month',
      `insert into rollup_marks values ('shop', '2025-08-10T10:00Z')`,
      'it has intervals that are not rolled up yet; 1 later month also kept',
    ],
    [
      'pending aggregates',
      `insert into aggregation_marks values ('demo', '2025-08-10T10:00Z')`,
      'it has aggregates that are not recomputed yet; 1 later month also kept',
    ],
    [
      'a pending change of time zone',
      `update sites set timezone = 'UTC'`,
      'a site is changing its time zone; 1 later month also kept',
    ],
  ])('stay because of %s, which the result reports', async (_case, statement, reason) => {
    await live();
    await sql(statement);
    expect(await clean()).toMatchObject({
      removed: { event_months: 0 },
      kept: [{ what: 'events_2025_08', reason }],
    });
    expect(await partitions()).toHaveLength(4);
    expect(await sql('select * from raw_horizon')).toEqual([]);
  });

  it('stay while they are in constant use', async () => {
    await live();
    const reader = await database.pool.connect();
    await reader.query('begin; select count(*) from events');
    expect((await clean()).kept).toEqual([
      { what: 'events_2025_08', reason: 'its events are in constant use; 1 later month also kept' },
    ]);
    await reader.query('commit');
    reader.release();
    expect(await clean()).toMatchObject({ removed: { event_months: 2 } });
  });
});

describe('after raw events were dropped', () => {
  it('an event of that time is dead-lettered with the reason; the rest of its batch is stored, and rollups are unchanged', async () => {
    await live();
    await clean();
    const before = await rollups();
    const metrics = await consume([
      event('2025-08-10T10:05:00Z', { user_id: 'late' }),
      event('2025-10-02T23:59:59.999Z', { user_id: 'late' }),
      event('2025-10-03T00:00:00Z', { user_id: 'in-time' }),
      event('2026-11-09T11:00:00Z', { user_id: 'in-time' }),
      event('2001-01-01T00:00:00Z', { user_id: 'late' }),
    ]);
    expect(metrics).toContain('millrace_processor_stored_events_total 2');
    expect(metrics).toContain('millrace_processor_dead_lettered_events_total 3');
    const reason = 'older than the raw events kept: events before 2025-10-03T00:00:00.000Z are no longer stored';
    expect(await sql(`select reason, payload::json ->> 'timestamp' as at from dead_letter_events order by 2`)).toEqual([
      { reason, at: '2001-01-01T00:00:00Z' },
      { reason, at: '2025-08-10T10:05:00Z' },
      { reason, at: '2025-10-02T23:59:59.999Z' },
    ]);
    expect(await partitions()).toEqual(['events_2025_10', 'events_2026_11']);
    await roll();
    const after = await rollups();
    expect(after.intervals).toEqual(expect.arrayContaining(before.intervals));
    expect(after.days.filter((line) => line < '2025-10-03')).toEqual(before.days.filter((line) => line < '2025-10-03'));
    expect((await verify('2025-10-01T00:00:00Z')).code).toBe(0);
  });

  it('an event outside the range of partitions still has its own reason', async () => {
    await live();
    await clean();
    await consume([event('2030-01-01T00:00:00Z')]);
    const [{ reason }] = await sql('select reason from dead_letter_events');
    expect(reason).toBe('23514: no partition of relation "events" found for row');
  });

  it('ranges of that time are neither rebuilt nor verified, and the refusal gives the earliest possible start', async () => {
    await live();
    await clean();
    const from = new Date('2025-10-02T23:45:00Z');
    await expect(markRange(database.pool, 'demo', from, now)).rejects.toThrow(
      'The raw events before 2025-10-01T00:00:00.000Z are gone (RAW_RETENTION_DAYS), and rollups before 2025-10-03T00:00:00.000Z are final: use a range that starts there or later.',
    );
    expect(await sql('select * from rollup_marks')).toEqual([]);
    expect(await markRange(database.pool, 'demo', new Date('2025-10-03T00:00:00Z'), now)).toBe(2);
    const refused = await verify('2025-09-30');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('Raw events before 2025-10-01T00:00:00.000Z were dropped');
  });

  it('a mark of that time, wherever it comes from, is removed and the rollup is kept', async () => {
    await live();
    await clean();
    const before = await rollups();
    await sql(`insert into rollup_marks values ('demo', '2025-08-10T10:00Z'), ('demo', '2025-09-30T23:45Z')`);
    await sql(`insert into rollup_day_marks values ('demo', '2025-08-10'), ('demo', '2025-10-01')`);
    await roll();
    expect(await rollups()).toEqual(before);
    expect(await sql('select * from rollup_marks')).toEqual([]);
    expect(await sql('select * from aggregation_marks')).toEqual([]);
  });

  it('a site may change its time zone: totals stay correct, and kept rows exact', async () => {
    await live();
    await clean();
    const before = await rollups();
    await sql(`update sites set timezone = 'America/New_York'`);
    await roll();
    const after = await rollups();
    expect(after.intervals).toEqual(before.intervals);
    expect(after.days.filter((line) => / : /.test(line))).toEqual([
      '2025-08-10 : 1 ada',
      '2025-09-30 : 3 ada bob',
      '2025-10-20 : 1 bob',
      '2026-11-09 : 1 ada',
    ]);
    expect((await verify('2025-10-01T00:00:00Z')).code).toBe(0);
  });

  it('a user is erased from the remaining data, and the command reports what is kept', async () => {
    await live();
    await clean();
    const { code, stdout } = await runCommand(runErase, ['--site', 'demo', '--user', 'ada'], database.url);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'rollups before 2025-10-01T00:00:00.000Z, whose raw events were dropped, still count the user anonymously',
    );
    expect((await sql(`select * from events where user_id = 'ada'`)).length).toBe(0);
    const [{ events }] = await sql(`select events from rollup_days where day = '2025-08-10' and event_type = 'view'`);
    expect(events).toBe(1);
  });

  it('an insert that was in progress at the time is dead-lettered too', async () => {
    await consume(history());
    await roll();
    await ensureMonths(database.pool, ['2025-09']);
    const holder = await database.pool.connect();
    await holder.query('begin; lock table events in access exclusive mode');
    const inserting = insertEvents(database.pool, JSON.stringify([event('2025-09-02T00:00:00Z')]));
    const cleaning = clean();
    await holder.query('commit');
    holder.release();
    const [inserted, cleaned] = await Promise.allSettled([inserting, cleaning]);
    expect(cleaned.status).toBe('fulfilled');
    const marks = await sql('select * from rollup_marks');
    const kept = (await partitions()).includes('events_2025_09');
    expect({ stored: inserted.status === 'fulfilled', marks: marks.length, kept }).toEqual(
      kept ? { stored: true, marks: 1, kept } : { stored: false, marks: 0, kept },
    );
  });
});
