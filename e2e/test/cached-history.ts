/** Random actions on a site and random queries about it, to test cached answers. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import type { Random } from '@millrace/shared/testing/create-random';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Stack } from '@millrace/shared/testing/stack';
import { post } from './send-events.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const dayMs = 86_400_000;
const users = ['ada', 'bob', 'eve', 'mallory', undefined];
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'];

const shapes: ((random: Random) => object)[] = [
  (random) => ({ event_type: 'view', path: `/p${random.below(4)}` }),
  (random) => ({
    event_type: 'view',
    path: '/',
    referrer: random.pick(['https://shop.example/', 'https://ref.example/']),
  }),
  (random) => ({
    event_type: random.pick(['click', 'impression']),
    path: '/',
    profile_id: `profile-${random.below(2)}`,
  }),
  () => ({ event_type: 'signup', path: '/join', properties: { plan: 'pro' } }),
  (random) => ({
    event_type: 'payment',
    path: '/pay',
    profile_id: 'profile-1',
    properties: {
      transaction_id: `t-${random.below(30)}`,
      amount: random.below(100),
      currency: random.pick(['EUR', 'USD']),
      status: random.pick(['succeeded', 'failed']),
    },
  }),
  (random) => ({
    event_type: 'cost',
    path: '/',
    properties: { amount: random.below(9), currency: 'EUR', category: 'ads', feature: 'search' },
  }),
];

function randomEvents(random: Random, siteId: string): object[] {
  return Array.from({ length: 1 + random.below(12) }, () => {
    const shape = random.pick(shapes)(random);
    // A signup always has a user.
    const user_id = random.pick(users) ?? ('properties' in shape ? 'ada' : undefined);
    // Mostly recent, some weeks old.
    const age = random.below(4) === 0 ? random.below(40 * dayMs) : random.below(2 * dayMs);
    return {
      ...{ site_id: siteId, timestamp: new Date(Date.now() - age).toISOString() },
      ...shape,
      ...(user_id && { user_id }),
    };
  });
}

export interface History {
  /** Performs one random action and returns its name. */
  step(): Promise<string>;
  close(): Promise<void>;
}

interface RolledState {
  changes: { day: string; changes: string }[];
  changesAt: string | null;
  epoch: string;
}

/** `location` is the queue of `stack`. All work is done when a step resolves. */
export async function createHistory(
  stack: Stack,
  location: QueueLocation,
  random: Random,
  siteId: string,
): Promise<History> {
  const queues = new Map<string, QueueHandle>();
  for (const name of ['site-aggregation', 'metrics-calculation']) queues.set(name, openQueue(name, location, silent));
  const sql = async <Row extends object>(text: string, ...values: unknown[]) =>
    (await stack.database.pool.query<Row>(text, values)).rows;
  const count = async () =>
    (await sql<{ count: number }>('select count(*)::int as count from events where site_id = $1', siteId))[0]!.count;

  async function job(queueName: string, name: string, data: object): Promise<void> {
    const { queue } = queues.get(queueName)!;
    await eventually(async () => {
      const jobId = `job-${random.below(1e9)}`;
      await addJob(queue, name, { site_id: siteId, ...data }, { jobId });
      await eventually(async () => (await queue.getJob(jobId))?.finishedOn !== undefined, `${name} has ended`);
      const { skipped = '' } = Object((await queue.getJob(jobId))!.returnvalue) as { skipped?: string };
      return !skipped.includes('running');
    }, `${name} of ${siteId} is done`);
  }
  const roll = () => job('site-aggregation', 'roll', {});

  async function store(): Promise<void> {
    const before = await count();
    const events = randomEvents(random, siteId);
    if ((await post(`${stack.ingestionUrl}/events`, events)) !== 200) throw new Error('events were refused');
    await eventually(async () => (await count()) >= before + events.length, 'the events are stored');
  }

  const stateOf = async (): Promise<RolledState | undefined> => {
    const [state] = await sql<RolledState>(
      `select changes_at::text as "changesAt", epoch::text from site_rollups where site_id = $1`,
      siteId,
    );
    const changes = await sql<RolledState['changes'][number]>(
      'select day::text, changes::text from site_changes where site_id = $1',
      siteId,
    );
    return state && { ...state, changes };
  };

  /** As release 0.4 leaves a site: intervals are rolled and their marks gone, but not counted. */
  async function rollAsBefore(): Promise<void> {
    const before = await stateOf();
    if (!before) return roll();
    await roll();
    await sql('delete from site_changes where site_id = $1', siteId);
    for (const { day, changes } of before.changes) {
      await sql('insert into site_changes (site_id, day, changes) values ($1, $2, $3)', siteId, day, changes);
    }
    const put = 'update site_rollups set changes_at = $2, epoch = $3 where site_id = $1';
    await sql(put, siteId, before.changesAt, before.epoch);
  }

  async function change(body: object): Promise<void> {
    const response = await fetch(`${stack.reportingUrl}/api/v1/sites/${siteId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status !== 200 && response.status !== 404) throw new Error(await response.text());
  }

  async function eraseUser(): Promise<void> {
    const args = [
      `${root}processor/dist/erase/erase-command.js`,
      '--site',
      siteId,
      '--user',
      random.pick(users) ?? 'ada',
    ];
    await run(process.execPath, args, { env: { ...process.env, ...stack.env } }).catch((error: { code?: number }) => {
      if (error.code !== 3) throw error;
    });
  }

  /** Its next event creates it again. */
  async function eraseSite(): Promise<void> {
    await fetch(`${stack.reportingUrl}/api/v1/sites/${siteId}`, { method: 'DELETE' });
    const isThere = () => sql('select 1 from sites where site_id = $1', siteId);
    await eventually(async () => {
      await addJob(
        queues.get('site-aggregation')!.queue,
        'roll',
        { site_id: siteId },
        { jobId: `e-${random.below(1e9)}` },
      );
      return (await isThere()).length === 0;
    }, 'the site is erased');
  }

  const steps: [string, number, () => Promise<void>][] = [
    ['store', 12, store],
    ['roll', 4, roll],
    ['roll as before', 3, rollAsBefore],
    ['aggregate', 3, () => job('site-aggregation', 'all', {})],
    [
      'measure',
      2,
      () =>
        job('metrics-calculation', 'calculate', {
          ...{ metricType: random.pick(['performance', 'revenue', 'quality']), periodType: 'day', period: 'current' },
          at: new Date().toISOString(),
        }),
    ],
    ['change the zone', 2, () => change({ timezone: random.pick(zones) })],
    ['change the hosts', 2, () => change({ hostnames: random.pick([[], ['shop.example']]) })],
    ['erase a user', 2, eraseUser],
    ['erase the site', 1, eraseSite],
  ];
  const bag = steps.flatMap(([name, weight, act]) => Array.from({ length: weight }, () => ({ name, act })));

  return {
    async step() {
      const { name, act } = random.pick(bag);
      await act();
      return name;
    },
    async close() {
      for (const handle of queues.values()) await handle.close();
    },
  };
}

const past = (random: Random): [string, string] => {
  const day = (age: number) => new Date(Date.now() - age * dayMs).toISOString().slice(0, 10);
  const last = 2 + random.below(30);
  return [day(last + random.below(10)), day(last)];
};

const rangeOf = (random: Random): string | [string, string] =>
  random.pick<string | [string, string]>(['day', '7d', '30d', 'month', 'last_month', 'all', '12mo', past(random)]);

/** Address and body; a body means POST. */
export interface CachedQuery {
  path: string;
  body?: object;
}

const inAddress = (range: string | [string, string]) => encodeURIComponent([range].flat().join(','));

/** Queries of every route that caches answers; `datasets` are the ids of those that do not depend on the clock. */
export function randomQuery(random: Random, siteId: string, datasets: string[]): CachedQuery {
  const range = rangeOf(random);
  const filter = random.pick([[], [['is', 'path', ['/p1', '/']]], [['is', 'property:plan', ['pro']]]]);
  const query = {
    site_id: siteId,
    metrics: random.pick([['events', 'visitors'], ['views', 'visitors', 'share'], ['events']]),
    date_range: range,
    dimensions: random.pick([
      [],
      ['path'],
      ['referrer'],
      ['time:day'],
      ['event_type'],
      ['property:currency'],
      ['profile_id'],
    ]),
    filters: filter,
    ...(random.below(4) === 0 && range !== 'day' && { include: { comparison: 'previous_period' } }),
    ...(random.below(4) === 0 && { timezone: random.pick(zones) }),
  };
  const steps = [[['is', 'event_type', ['view']]], [['is', 'event_type', ['signup', 'payment']]]];
  const kinds: (() => CachedQuery)[] = [
    () => ({ path: '/api/v1/query', body: query }),
    () => ({
      path: `/api/v1/query?site_id=${siteId}&metrics=events,visitors&date_range=${inAddress(range)}&dimensions=path`,
    }),
    () => ({ path: `/stats?site_id=${siteId}${random.below(2) === 0 ? '' : `&date=${past(random)[0]}`}` }),
    () => ({
      path: '/api/v1/funnel',
      body: { site_id: siteId, date_range: range, steps: steps.map((filters) => ({ filters })), window: '30d' },
    }),
    () => ({
      path: `/api/v1/retention?site_id=${siteId}&period=${random.pick(['week', 'month'])}&date_range=${inAddress(random.pick(['30d', '12mo']))}`,
    }),
    () => ({
      path: '/api/v1/retention',
      body: {
        ...{ site_id: siteId, date_range: '30d', period: random.pick(['day', 'week']), filters: filter },
        ...(random.below(2) === 0 && { first: { filters: steps[0] } }),
        ...(random.below(2) === 0 && { breakdown: random.pick(['path', 'entry_page', 'visit:referrer']) }),
      },
    }),
    () => ({
      path: '/api/v1/journeys',
      body: {
        ...{ site_id: siteId, date_range: range, steps: 2, filters: filter },
        ...(random.below(2) === 0 && { end: { filters: steps[0] } }),
      },
    }),
  ];
  if (random.below(2) === 0) return random.pick(kinds)();
  return { path: `/api/v1/datasets/${random.pick(datasets)}/rows?site_id=${siteId}` };
}
