/** `npm run seed` against a fake ingestion. */

import type { Event } from '@millrace/shared/contract/event-columns';
import { describe, expect, it } from 'vitest';
import { runSeed } from '../src/seed/run-seed.ts';
import { seedOptions } from '../src/seed/seed-options.ts';
import type { SenderEnvironment } from '../src/send/sender-config.ts';
import { type Answer, closeServers, json, startServer, textSink, useImportServer } from './import-server.ts';

useImportServer();

const now = Date.parse('2026-03-20T15:30:00Z');

interface Around {
  environment?: SenderEnvironment;
  tty?: boolean;
  nowMs?: number;
  interrupt?: AbortSignal;
}

async function run(args: string[], { environment = {}, tty = false, nowMs = now, interrupt }: Around = {}) {
  const [stdout, stderr] = [textSink(), textSink()];
  const exitCode = await runSeed(args, {
    stdout: stdout.stream,
    stderr: Object.assign(stderr.stream, { isTTY: tty }),
    interrupt: interrupt ?? new AbortController().signal,
    giveUpAfterMs: 5_000,
    now: () => nowMs,
    environment,
  });
  return { exitCode, stdout: stdout.read(), stderr: stderr.read() };
}

describe('seedOptions', () => {
  it.each([
    [[], '--site ID is required: the site that the traffic is for.'],
    [['--site', 'a b'], '--site takes 1 to 64 of the characters A-Z a-z 0-9 . _ -'],
    [['--site', 'a', 'b'], "Unexpected argument 'b'."],
    [['--site', 'a', '--years', '2'], "Unknown option '--years'."],
    [['--site', 'a', '--days', '0'], '--days takes a whole number from 1 to 3,650.'],
    [['--site', 'a', '--days', '1.5'], '--days takes a whole number from 1 to 3,650.'],
    [['--site', 'a', '--days', '3651'], '--days takes a whole number from 1 to 3,650.'],
    [['--site', 'a', '--visitors-per-day', 'many'], '--visitors-per-day takes a whole number from 1 to 100,000.'],
    [['--site', 'a', '--until', '2026-02-29'], '--until takes a day such as 2026-01-31.'],
    [['--site', 'a', '--until', '2026-03-21'], '--until takes a day up to today, which is 2026-03-20 in UTC.'],
    [['--site', 'a', '--until', '2000-01-31'], '--days and --until must not go back before the year 2000.'],
    [['--site', 'a', '--url', 'http://host/?a'], '--url takes a URL without ? and #.'],
  ])('answers %j with one sentence', (args, message) => {
    expect(seedOptions(args, now)).toEqual({ kind: 'problem', message });
  });

  it('shows help if requested, even if other arguments are invalid', () => {
    expect(seedOptions(['nonsense', '-h'], now)).toEqual({ kind: 'help' });
  });

  it('covers the 60 days up to now by default', () => {
    expect(seedOptions(['--site', 'demo'], now)).toEqual({
      kind: 'seed',
      options: {
        ...{ siteId: 'demo', seed: 'demo', visitorsPerDay: 300, firstDay: '2026-01-20', lastDay: '2026-03-20' },
        ...{ fromMs: Date.parse('2026-01-20'), toMs: now },
        ...{ url: new URL('http://localhost:3000/events'), key: undefined, isFound: true },
      },
    });
  });

  it('ends with a whole past day, and takes URL and key from the environment', () => {
    const environment = { MILLRACE_URL: 'http://127.0.0.1:3100', MILLRACE_KEY: 'mr_key' };
    const args = ['--site', 'demo', '--days', '2', '--until', '2026-03-01', '--seed', 'x', '--visitors-per-day', '7'];
    expect(seedOptions(args, now, environment)).toEqual({
      kind: 'seed',
      options: {
        ...{ siteId: 'demo', seed: 'x', visitorsPerDay: 7, firstDay: '2026-02-28', lastDay: '2026-03-01' },
        ...{ fromMs: Date.parse('2026-02-28'), toMs: Date.parse('2026-03-02') },
        ...{ url: new URL('http://127.0.0.1:3100/events'), key: 'mr_key', isFound: true },
      },
    });
  });
});

describe('the command', () => {
  const few = ['--site', 'shop', '--days', '2', '--visitors-per-day', '20'];
  const sentTo = ({ events }: { events: unknown[] }) => events as Event[];
  const idsOf = (events: Event[]) => new Set(events.map(({ event_id }) => event_id));

  it('sends the days up to now, and prints a summary and an example query', async () => {
    const server = await startServer();
    const { exitCode, stdout, stderr } = await run([...few, '--url', server.url]);
    const sent = sentTo(server);
    const bots = sent.filter(({ bot }) => bot !== undefined);
    const people = new Set(sent.filter(({ bot }) => bot === undefined).map(({ user_id }) => user_id));
    people.delete(undefined);
    const row = (name: string, count: number) => `  ${name.padEnd(12)} ${String(count).padStart(14)}`;
    expect(stdout).toBe(
      [
        '2 days of traffic, from 2026-03-19 to 2026-03-20 (UTC), for site shop:',
        row('events', sent.length),
        row('by bots', bots.length),
        row('visitors', people.size),
        '',
        'Accepted events are safe in the queue, and will be stored within seconds. Then query where the visitors came from:',
        '',
        `  curl http://127.0.0.1:4000/api/v1/query -H 'content-type: application/json' -d '{"site_id":"shop","metrics":["visitors","views"],"date_range":["2026-03-19","2026-03-20"],"dimensions":["visit:source"],"pagination":{"limit":10}}'`,
        '',
        'Run the same command again at any time: it adds new days, and nothing is counted twice.',
        '',
      ].join('\n'),
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const times = sent.map(({ timestamp }) => timestamp).sort();
    expect(times[0]! >= '2026-03-19').toBe(true);
    expect(times.at(-1)! < '2026-03-20T15:30').toBe(true);
    expect(new Set(sent.map(({ site_id }) => site_id))).toEqual(new Set(['shop']));
    expect(sent.length).toBeGreaterThan(100);
  });

  it('prints the query for the configured reporting service, with a key if one is required', async () => {
    const server = await startServer();
    const environment = {
      MILLRACE_URL: server.url,
      MILLRACE_REPORTING_URL: 'http://127.0.0.1:14000',
      MILLRACE_READ_KEY_FILE: '/data/admin-key',
    };
    expect((await run(few, { environment })).stdout).toContain(
      `\n  curl -H "Authorization: Bearer $(cat '/data/admin-key')" http://127.0.0.1:14000/api/v1/query -H`,
    );
    const elsewhere = await run([...few, '--url', server.url], { environment });
    expect(elsewhere.stdout).toContain('\n  curl http://127.0.0.1:4000/api/v1/query -H');
  });

  it('sends the same events when it runs again, and later also the new ones', async () => {
    const [first, again, later] = [await startServer(), await startServer(), await startServer()];
    await run([...few, '--url', first.url]);
    await run([...few, '--url', again.url]);
    await run([...few, '--url', later.url], { nowMs: now + 6 * 3_600_000 });
    const ids = idsOf(sentTo(first));
    expect(idsOf(sentTo(again))).toEqual(ids);
    const fresh = sentTo(later).filter(({ event_id }) => !ids.has(event_id));
    expect(sentTo(later).length - fresh.length).toBe(ids.size);
    expect(fresh.length).toBeGreaterThan(0);
    for (const { timestamp } of fresh) expect(timestamp > '2026-03-20T15:29').toBe(true);
  });

  it('retries while ingestion is busy, and loses nothing', async () => {
    const busy: Answer = (_events, res) => json(res, 503, { error: { code: 'overloaded', message: 'later' } });
    const [calm, loaded] = [await startServer(), await startServer(busy, busy)];
    await run([...few, '--url', calm.url]);
    const { exitCode, stderr } = await run([...few, '--url', loaded.url]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/events answers 503; next attempt in 0\.\d s\.\n$/);
    expect(idsOf(sentTo(loaded))).toEqual(idsOf(sentTo(calm)));
  });

  it('shows what the server rejects, and fails', async () => {
    const rejected = [{ index: 1, reason: 'out_of_range', message: 'timestamp must lie between' }];
    const server = await startServer((events, res) => json(res, 200, { accepted: events.length - 1, rejected }));
    const { exitCode, stdout } = await run([...few, '--url', server.url]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Rejected by the server: timestamp must lie between\n/);
    expect(stdout).toMatch(/\n {2}rejected +1\n/);
  });

  it('reports in one sentence that nothing listens, or that a key is missing', async () => {
    const gone = await startServer();
    await closeServers();
    expect(await run([...few, '--url', gone.url])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `seed: ${gone.url} is unreachable (ECONNREFUSED). Is Millrace running? Start it with npm start, or give the URL of ingestion with --url.\n`,
    });
    const server = await startServer((_events, res) => json(res, 401, { error: { message: 'a key is needed.' } }));
    const { stderr } = await run([...few, '--url', server.url]);
    expect(stderr).toContain('Give a key with the scope write with --key or MILLRACE_KEY.');
  });

  it('ends when it is interrupted, and prints what was accepted until then', async () => {
    const interruption = new AbortController();
    const server = await startServer((events, res) => {
      interruption.abort();
      json(res, 200, { accepted: events.length, rejected: [] });
    });
    const args = ['--site', 'shop', '--days', '60', '--visitors-per-day', '1000', '--url', server.url];
    const { exitCode, stdout, stderr } = await run(args, { interrupt: interruption.signal });
    expect(exitCode).toBe(1);
    // On a busy machine, progress may have been printed before.
    const [last] = stderr.trim().split('\n').slice(-1);
    expect(last).toBe('seed: Interrupted. Run the same command again to continue; nothing is counted twice.');
    expect(stdout).toContain(`  events       ${server.events.length.toLocaleString('en').padStart(14)}\n\n`);
    expect(server.events.length).toBeLessThan(10_000);
  });

  it('draws a bar on a terminal', async () => {
    const server = await startServer();
    const { stderr } = await run([...few, '--url', server.url], { tty: true });
    expect(stderr).toMatch(/100 % \| \d+ visits \| \d+ events \| [\d,]+ events\/s \| 0s left/);
  });

  it('shows help, or the problem with its arguments', async () => {
    expect(await run(['--help'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await run(['--help'])).stdout).toMatch(/^Usage: npm run seed -- --site ID/);
    expect(await run([])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'seed: --site ID is required: the site that the traffic is for. See --help.\n',
    });
  });
});
