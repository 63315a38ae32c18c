/** Random histories of a site, the same for the same seed, so that a failure can be reproduced. */
import { eraseUser } from '@millrace/processor/erase/erase-user';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { markRange } from '@millrace/processor/rollups/mark-range';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Random } from '@millrace/shared/testing/create-random';
import { zones } from '../random-queries.js';
import { createTransactions } from './open-transactions.js';
import { randomEvents, randomId } from './random-events.js';
import { createRoller } from './rolls-in-turn.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Maximum age of events: mostly minutes; some are in the coming day. */
const recent = [minute, 5 * minute, 5 * minute, 40 * minute, 26 * hour, -23 * hour];
const late = [2 * day, 40 * day];

export interface HistoryOptions {
  pool: Pool;
  siteId: string;
  /** When it begins. */
  start: Date;
}

export interface History {
  now(): Date;
  /** Performs one random action. */
  step(): Promise<void>;
  /** Ends open transactions and rolls. */
  end(): Promise<void>;
  /** What has happened. */
  readonly past: readonly string[];
}

/** More transactions than other tests on this server run while a row is stored. */
const ahead = 1_000;

/** As if copied from another server, in the same partition and with its mark. Its transaction id may be reached later, see `numbers`. */
async function storeForeign(random: Random, { pool, siteId }: HistoryOptions, now: Date): Promise<void> {
  const time = new Date(now.getTime() - random.below(10 * minute));
  await pool.query(
    `with marks as (
      insert into rollup_marks (site_id, interval_start) values ($1, date_bin('15 minutes', $2::timestamptz, timestamptz '2000-01-01Z')))
    insert into events (site_id, timestamp, event_id, event_type, path, user_id, txid)
    values ($1, $2, $3, 'view', '/foreign', 'user-1', pg_current_xact_id()::text::bigint + $4)`,
    [siteId, time, randomId(random), random.pick([ahead, 1_000_000])],
  );
}

/** Consumes transaction ids until those of the rows from another server are passed. */
const useNumbers = `do $$ begin for number in 1..${ahead} loop perform pg_current_xact_id(); commit; end loop; end $$`;

/** Actions on events and on what is derived from them. */
function createChanges(random: Random, options: HistoryOptions, clock: { now: Date }) {
  const { pool, siteId } = options;
  const before = (ms: number) => new Date(clock.now.getTime() - ms);
  /** Some of another site, in the same partitions. */
  const events = (count: number, backs: readonly number[]) =>
    JSON.stringify(
      randomEvents(random, count, clock.now, { siteId, backs }).map((event) => ({
        ...event,
        ...(random() < 0.1 && { site_id: 'other' }),
      })),
    );
  const transactions = createTransactions(pool, random);
  const rollers = [createRoller(pool, siteId), createRoller(pool, siteId)];
  const changes = {
    store: () => insertEvents(pool, events(1 + random.below(30), recent)),
    late: () => insertEvents(pool, events(1 + random.below(6), late)),
    async begin() {
      // If two open transactions create the same site, one waits for the other.
      await pool.query(`insert into sites (site_id) values ('other') on conflict do nothing`);
      await transactions.begin(events(5, recent));
    },
    commit: transactions.endOne,
    foreign: () => storeForeign(random, options, clock.now),
    numbers: () => pool.query(useNumbers),
    roll: () => random.pick(rollers).step(clock.now),
    'whole roll': async () => {
      await rollers[0]!.finish();
      await rollers[0]!.step(clock.now);
      await rollers[0]!.finish();
    },
    async erase() {
      await transactions.endAll();
      await eraseUser(pool, { siteId, userId: `user-${random.below(40)}`, dryRun: random() < 0.3 });
    },
    async again() {
      const from = before(random.below(40 * day));
      await markRange(pool, siteId, from, new Date(from.getTime() + 3 * day));
    },
  };
  const end = async () => {
    await transactions.endAll();
    for (const roller of rollers) await roller.finish();
  };
  return { changes, end };
}

/** Actions on the site itself and on the clock. */
function createSettings(random: Random, { pool, siteId }: HistoryOptions, clock: { now: Date }) {
  const set = (column: string, value: unknown) =>
    pool.query(`update sites set ${column} = $2 where site_id = $1`, [siteId, value]);
  const wait = async (ms: number) => {
    clock.now = new Date(clock.now.getTime() + ms);
  };
  return {
    zone: () => set('timezone', random.pick(zones)),
    hostnames: () => set('hostnames', random.pick([[], ['own.example'], ['news.example', 'own.example']])),
    pause: () => set('session_minutes', random.pick([1, 30, 45])),
    minutes: () => wait(random.below(20) * minute),
    days: () => wait(random.pick([hour, 5 * hour, day, 9 * day])),
  };
}

type Steps = ReturnType<typeof createChanges>['changes'] & ReturnType<typeof createSettings>;

/** Relative frequency of each action. */
export type Weights = Partial<Record<keyof Steps, number>>;

export function createHistory(random: Random, options: HistoryOptions, weights: Weights): History {
  const clock = { now: options.start };
  const { changes, end } = createChanges(random, options, clock);
  const steps: Record<string, () => Promise<unknown>> = { ...changes, ...createSettings(random, options, clock) };
  const names = Object.entries(weights).flatMap(([name, weight]) => Array.from({ length: weight }, () => name));
  const past: string[] = [];
  return {
    ...{ past, end, now: () => clock.now },
    async step() {
      const name = random.pick(names);
      past.push(name);
      await steps[name]!();
    },
  };
}
