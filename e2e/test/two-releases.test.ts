/** Runs the previous release and this one side by side under load, in both orders and on both queue backends: no event is lost or stored twice. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventIngest } from '@millrace/shared/contract/jobs';
import { migrate } from '@millrace/shared/platform/migrate';
import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPreviousRelease } from './previous-release.js';
import { keepSending, type SentEvents } from './send-events.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const sites = ['site-0', 'site-1', 'site-2'];

let previous: string;
beforeAll(async () => {
  previous = await buildPreviousRelease();
}, 240_000);

describe.concurrent.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let env: NodeJS.ProcessEnv;
  let running: SpawnedService[];
  let sending: SentEvents;
  let target: string;

  beforeEach(async () => {
    running = [];
    database = await createTestDatabase({ migrated: false });
    env = { DATABASE_URL: database.url, ...queueEnvironment(testQueue(backend, database)) };
  });
  afterEach(async () => {
    await sending?.end();
    await Promise.all(running.map((service) => service.end()));
    await database.drop();
  });

  async function start(release: 'old' | 'new', service: string): Promise<SpawnedService> {
    const spawned = await spawnService(service, env, [], 'main', release === 'old' ? previous : root);
    running.push(spawned);
    return spawned;
  }
  const startAll = (release: 'old' | 'new', services: string[]) =>
    Promise.all(services.map((service) => start(release, service)));
  async function stop(service: SpawnedService): Promise<void> {
    running.splice(running.indexOf(service), 1);
    expect(await service.end()).toBe(0);
  }
  const location = () => {
    const prefix = env.QUEUE_PREFIX!;
    return backend === 'redis'
      ? ({ kind: 'redis', url: env.REDIS_URL!, prefix } as const)
      : ({ kind: 'postgres', url: database.url, prefix } as const);
  };
  const sql = async <Row extends object>(text: string) => (await database.pool.query<Row>(text)).rows;
  const stored = async () => (await sql<{ count: number }>('select count(*)::int as count from events'))[0]!.count;
  /** Waits until that many more events are acknowledged and all acknowledged ones are stored. */
  async function load(events: number): Promise<void> {
    const expected = sending.accepted.size + events;
    await eventually(async () => sending.accepted.size >= expected, `${events} more events are acknowledged`, 60_000);
    await eventually(async () => (await stored()) >= expected, 'they are stored', 60_000);
  }
  async function addRolls(): Promise<void> {
    const handle = openQueue('site-aggregation', location(), silent);
    for (const site_id of sites)
      await addJob(handle.queue, 'roll', { site_id }, { jobId: `roll-${site_id}-${Date.now()}` });
    await handle.close();
  }
  const marks = async () => (await sql(`select 1 from rollup_marks`)).length;
  /** Sites last rolled by the old release, or whose segments are not complete again yet. */
  const segmentsToBuild = async () =>
    (
      await sql(`select 1 from site_rollups
        where rolled_at <> segments_at or segments_since is distinct from '-infinity' or segments_purge`)
    ).length;

  it(`hands over under load, service by service, on ${backend}`, async () => {
    await run(process.execPath, [`${previous}/shared/dist/migrate-command.js`], { env: { ...process.env, ...env } });
    const [oldIngestion, oldProcessor, oldScheduler] = await startAll('old', ['ingestion', 'processor', 'scheduler']);
    target = oldIngestion!.url;
    sending = keepSending(() => target, 4, 50);
    await load(40);

    const tasks = async () =>
      (await sql<{ id: string }>('select id from schedules where built_in')).map(({ id }) => id);
    await eventually(async () => (await tasks()).length > 0, 'the old scheduler has written its tasks');
    const before = await tasks();
    await migrate(database.pool, location(), silent);
    await sql(`insert into schedules (id, name, queue, job, cron, timezone, data, catch_up)
      values ('each-second', 'each second', 'cleanup', 'clean', '* * * * * *', 'UTC', '{"type":"temp_files"}', 'all')`);
    await load(40);
    await addRolls();
    const handle = openQueue(eventIngest.queue, location(), silent);
    await handle.queue.add('events', { hello: 'world' }, { ...eventIngest.options, jobId: 'broken' });
    await handle.close();
    await eventually(
      async () => (await sql(`select 1 from dead_letter_events`)).length === 1,
      'the old processor stores a dead letter',
    );

    const [newScheduler, newProcessor, newIngestion] = await startAll('new', ['scheduler', 'processor', 'ingestion']);
    await stop(oldProcessor!);
    await load(60);

    target = newIngestion!.url;
    const [[oldAgain, lastScheduler]] = await Promise.all([
      startAll('old', ['processor', 'scheduler']),
      stop(oldIngestion!),
    ]);
    await stop(newProcessor!);
    await load(60);

    const slots = () =>
      sql<{ slot: Date; added_at: Date | null }>(
        `select slot, added_at from schedule_runs where schedule_id = 'each-second' order by slot`,
      );
    const fired = (await slots()).length;
    await eventually(async () => (await slots()).length >= fired + 3, 'both schedulers go on');
    expect(await tasks()).toEqual(expect.arrayContaining(before));

    await startAll('new', ['processor']);
    await Promise.all([oldAgain!, oldScheduler!, lastScheduler!].map(stop));
    await load(40);
    await sending.end();
    await eventually(async () => (await slots()).every(({ added_at }) => added_at !== null), 'every slot has its job');
    await stop(newScheduler!);
    await checkEvents();
    await checkSlots(await slots());
    await checkAnswers();
  }, 600_000);

  async function checkEvents(): Promise<void> {
    const count = sending.accepted.size;
    await eventually(async () => (await stored()) >= count, 'the queue is worked off', 120_000);
    const rows = await sql<{ event_id: string }>('select event_id from events');
    const ids = new Set(rows.map(({ event_id }) => event_id));
    expect(rows.length).toBe(ids.size);
    expect([...sending.accepted].filter((id) => !ids.has(id))).toEqual([]);
    const letters = await sql('select site_id, reason from dead_letter_events');
    expect(letters).toEqual([{ site_id: '', reason: expect.stringContaining('invalid job') }]);
  }

  async function checkSlots(slots: { slot: Date }[]): Promise<void> {
    const seconds = slots.map(({ slot }) => slot.getTime() / 1_000);
    expect(seconds).toEqual(Array.from({ length: seconds.length }, (_, index) => seconds[0]! + index));
  }

  /** Rolled by both releases, equal to the raw events, segments included, and reported alike by both. */
  async function checkAnswers(): Promise<void> {
    // A roll is skipped while the minutely one of its site runs; what that one has not seen stays marked.
    const isRolled = async () => {
      await addRolls();
      const left = (await marks()) + (await segmentsToBuild());
      return left === 0 || left;
    };
    await eventually(isRolled, 'everything is rolled', 60_000);
    const [oldReporting, newReporting] = await Promise.all([start('old', 'reporting'), start('new', 'reporting')]);
    const check = async (site: string) => {
      const verify = ['--site', site, '--from', '2025-11-01', '--to', '2025-12-31'];
      const command = [`${root}processor/dist/verify/verify-command.js`, ...verify];
      const { stdout } = await run(process.execPath, command, { env: { ...process.env, ...env } });
      expect(stdout).toContain('No difference');
      expect(stdout).toMatch(/the segments of [1-9]\d* intervals?;/);
      const answers = await Promise.all(
        [oldReporting, newReporting].map(async ({ url }) => (await fetch(`${url}/stats?site_id=${site}`)).json()),
      );
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]).toMatchObject({ site_id: site, total_views: expect.any(Number) });
    };
    await Promise.all(sites.map(check));
  }
});
