import type { Socket } from 'node:net';
import { copyOut } from '@millrace/shared/platform/copy-out';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { readRows } from '@millrace/shared/platform/read-rows';
import { intervalOf } from '@millrace/shared/segments/interval-ranges';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { numberUsers } from '../../src/rollups/visitor-numbers.js';
import { createByteTexts } from '../../src/segments/byte-texts.js';
import { readEvents } from '../../src/segments/read-events.js';
import { rawIntervals } from '../../src/verify/raw-intervals.js';
import { createSegmentedSite, event, type SegmentedSite, siteId } from './segmented-site.js';

const [from, to] = [new Date('2026-11-08T10:00:00Z'), new Date('2026-11-08T10:30:00Z')];
const path = `/${'long'.repeat(50)}`;

let site: SegmentedSite;
let client: PoolClient;
beforeAll(async () => {
  const events = Array.from({ length: 5_000 }, (_, at) =>
    event(new Date(from.getTime() + at * 300).toISOString(), { path }),
  );
  site = await createSegmentedSite(events);
});
afterAll(() => site.drop());
beforeEach(async () => {
  client = await site.pool.connect();
  await client.query('begin');
});
afterEach(async () => {
  await client.query('rollback');
  client.release();
});

describe('events of some intervals', () => {
  const read = (limit: number) => readEvents(client, siteId, [intervalOf(from), intervalOf(to)], limit);
  const received = () => (client as unknown as { connection: { stream: Socket } }).connection.stream.bytesRead;

  it('are read up to the limit', async () => {
    expect((await read(5_000))?.rows).toBe(5_000);
    const before = received();
    expect(await read(100)).toBeUndefined();
    expect(received() - before).toBeLessThan(60_000);
  });
});

describe('rows that cannot be processed', () => {
  it('leave the connection usable', async () => {
    const rows = copyOut(client, 'select $1::text from generate_series(1, 50000)', [path], 'binary');
    let count = 0;
    const failing = readRows(rows, 1, () => {
      count += 1;
      if (count === 3) throw new Error('the third row is wrong');
    });
    await expect(failing).rejects.toThrow('the third row is wrong');
    expect(count).toBe(3);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('users without a number', () => {
  it('get one each, in batches of statements', async () => {
    const users = createByteTexts();
    for (let at = 1; at <= 45_000; at += 1) {
      const text = Buffer.from(`user-${at}`);
      users.add(text, 0, text.length);
    }
    const given: number[] = [];
    const query = (...args: [string, [string, string[]]]) => {
      if (String(args[0]).includes('addVisitors')) given.push(args[1][1].length);
      return client.query(...args);
    };
    const numbers = await numberUsers({ query } as unknown as PoolClient, siteId, users);
    expect(given).toEqual([20_000, 20_000, 5_000]);
    expect([...numbers.subarray(1)].every((number, at) => number === at + 1)).toBe(true);
    const { rows } = await client.query(`select count(*)::int as count from visitors
      where user_id = 'user-' || visitor_no`);
    expect(rows).toEqual([{ count: 45_000 }]);
  });
});

describe('raw events that verify compares', () => {
  it('are skipped in intervals that are not compared', async () => {
    const found: [number, number][] = [];
    const isIncluded = (interval: number) => interval !== intervalOf(from);
    for await (const [interval, events] of rawIntervals(client, { siteId, from, to, isIncluded })) {
      found.push([interval, events.length]);
    }
    expect(found).toEqual([[intervalOf(from) + 1, 2_000]]);
  });
});
