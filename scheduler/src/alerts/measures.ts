/** What each kind of alert rule measures. */
import { withTimeout } from '@millrace/shared/platform/health';
import type { Pool } from '@millrace/shared/platform/postgres';
import { oldestWaiting } from '@millrace/shared/queue/oldest-waiting';
import type { Queue } from '@millrace/shared/queue/queue';
import type { Queues } from '../open-queues.js';
import type { AlertKind, Conditions, Watch } from './alert-rule.js';

export interface MeasureDeps {
  pool: Pool;
  queues: Pick<Queues, 'get'>;
  now: Date;
}

export interface Measurement {
  firing: boolean;
  /** A sentence with the figure and its limit. */
  summary: string;
}

/** @throws if the measurement fails; the state of the rule is then kept. */
type Measure<Kind extends AlertKind> = (condition: Conditions[Kind], deps: MeasureDeps) => Promise<Measurement>;

const measureQueueAge: Measure<'queue_age'> = async ({ queue: name, seconds }, { queues, now }) => {
  const since = await oldestWaiting(queues.get(name)!);
  const age = since === undefined ? 0 : Math.max(0, Math.round((now.getTime() - since) / 1_000));
  return {
    firing: age > seconds,
    summary: `The oldest waiting job of queue ${name} is ${age} s old; the limit is ${seconds} s.`,
  };
};

/** Jobs read per state, newest first: bounds the cost, and queues keep about that many anyway. */
const maxEnded = 500;

interface Ended {
  /** End times, newest first. */
  times: number[];
  /** Start of the time that `times` covers completely. */
  completeSince: number;
}

async function readEnded(queue: Queue, state: 'completed' | 'failed', since: number): Promise<Ended> {
  const jobs = await queue.getJobs([state], 0, maxEnded - 1, false);
  const times = jobs.map((job) => job?.finishedOn ?? 0).sort((a, b) => b - a);
  return { times, completeSince: times.length < maxEnded ? since : Math.max(since, times.at(-1)!) };
}

/** For a queue too busy to look back all `minutes`, only the newest part counts, the same for both states. */
const measureFailureRate: Measure<'failure_rate'> = async (condition, { queues, now }) => {
  const { queue: name, percent, minutes } = condition;
  const since = now.getTime() - minutes * 60_000;
  const queue = queues.get(name)!;
  const completed = await readEnded(queue, 'completed', since);
  const failed = await readEnded(queue, 'failed', since);
  const from = Math.max(completed.completeSince, failed.completeSince);
  const count = ({ times }: Ended) => times.filter((time) => time >= from).length;
  const ended = count(completed) + count(failed);
  const rate = ended === 0 ? 0 : (100 * count(failed)) / ended;
  return {
    firing: ended > 0 && rate >= percent,
    summary: `Of ${ended} jobs of queue ${name} that ended in the last ${minutes} min, ${count(failed)} failed (${rate.toFixed(1)} %); the limit is ${percent} %.`,
  };
};

/** Stops counting at the limit. */
const countDeadLetters = `/* scheduler.countDeadLetters */
select count(*)::int as count from (
  select 1 from dead_letter_events
  where created_at >= $1 and replayed_at is null and ($2::text is null or site_id = $2) limit $3
) as recent`;

const measureDeadLetters: Measure<'dead_letters'> = async ({ site_id, count, minutes }, { pool, now }) => {
  const since = new Date(now.getTime() - minutes * 60_000);
  const { rows } = await pool.query<{ count: number }>(countDeadLetters, [since, site_id ?? null, count]);
  const found = rows[0]!.count;
  const of = site_id === undefined ? '' : ` of site ${site_id}`;
  const amount = found >= count ? `${count} or more` : String(found);
  return {
    firing: found >= count,
    summary: `Events${of} dead-lettered in the last ${minutes} min: ${amount}; the limit is ${count}.`,
  };
};

/** Ignores bots, which visit even silent sites. Uses the event time, which is in the primary key; clocks that are ahead hide a silence only briefly. */
const isSilent = `/* scheduler.isSilent */
select not exists (
  select 1 from events where site_id = $1 and timestamp > $2 and timestamp <= $3 and bot is null
) as silent`;

const clockDriftMs = 300_000;

const measureSiteSilent: Measure<'site_silent'> = async ({ site_id, minutes }, { pool, now }) => {
  const since = new Date(now.getTime() - minutes * 60_000);
  const until = new Date(now.getTime() + clockDriftMs);
  const { rows } = await pool.query<{ silent: boolean }>(isSilent, [site_id, since, until]);
  const { silent } = rows[0]!;
  return {
    firing: silent,
    summary: `Site ${site_id} has ${silent ? 'no events' : 'events'} in the last ${minutes} min.`,
  };
};

const measures: { [Kind in AlertKind]: Measure<Kind> } = {
  queue_age: measureQueueAge,
  failure_rate: measureFailureRate,
  dead_letters: measureDeadLetters,
  site_silent: measureSiteSilent,
};

/** Calls to an unreachable queue never return. */
const timeoutMs = 5_000;

/** @throws if the measurement fails or takes longer than five seconds. */
export function measureRule({ kind, condition }: Watch, deps: MeasureDeps): Promise<Measurement> {
  const measure = measures[kind] as Measure<AlertKind>;
  return withTimeout(measure(condition, deps), timeoutMs, 'the measurement');
}
