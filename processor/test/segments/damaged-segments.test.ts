/** Verify reports every kind of damage, and rolls repair corrupt segments. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eraseUser } from '../../src/erase/erase-user.js';
import type { CorruptSegmentError } from '../../src/segments/stored-segments.js';
import { expectNothingOf } from './check-segments.js';
import { createSegmentedSite, event, history, noDifference, type SegmentedSite, siteId } from './segmented-site.js';

let site: SegmentedSite;
afterEach(() => site.drop());

/** Changes one byte of every segment, in the middle of the block of a column. */
const flipByte = (column: string) =>
  site.sql(
    `update segments set data = overlay(old.data placing set_byte('\\x00', 0, get_byte(old.data, place) # 16) from place + 1)
    from segments as old, lateral (select (old.directory #>> array['blocks', $1, '1'])::int
      + (old.directory #>> array['blocks', $1, '2'])::int / 2 as place) as p
    where segments.version = old.version and old.directory #> array['blocks', $1] is not null returning 1`,
    [column],
  );

const damages: [what: string, damage: () => Promise<unknown[]>][] = [
  [
    'a missing segment',
    () => site.sql('delete from segments where version = (select max(version) from segments) returning 1'),
  ],
  ['another number of rows', () => site.sql('update segments set rows = rows + 1 returning 1')],
  ['half the rows', () => site.sql('update segments set rows = rows / 2 returning 1')],
  ['another start', () => site.sql(`update segments set starts = starts + interval '15 minutes' returning 1`)],
  [
    'a column without its block',
    () => site.sql(`update segments set directory = directory #- '{blocks,path}' returning 1`),
  ],
  [
    'a column with another kind of block',
    () => site.sql(`update segments set directory = jsonb_set(directory, '{blocks,time,0}', '"steps"') returning 1`),
  ],
  [
    'the block of another column',
    () =>
      site.sql(
        `update segments set directory = jsonb_set(directory, '{blocks,path}', directory #> '{blocks,visitor}')
        where directory #> '{blocks,visitor}' is not null returning 1`,
      ),
  ],
  ['truncated data', () => site.sql('update segments set data = substr(data, 1, length(data) - 9) returning 1')],
  ...['time', 'visitor', 'session', 'session_ids', 'path', 'referrer', 'property:size'].map(
    (column): [string, () => Promise<unknown[]>] => [`a changed byte in ${column}`, () => flipByte(column)],
  ),
  [
    'values in another order',
    () => site.sql(`update segment_values set values = values[2:] || values[1:1] where "column" = 'path' returning 1`),
  ],
  [
    'a missing value',
    () =>
      site.sql(
        `update segment_values set values = array_replace(values, '/page/3', null) where "column" = 'path' returning 1`,
      ),
  ],
  ['a missing dictionary', () => site.sql(`delete from segment_values where "column" = 'property:size' returning 1`)],
  [
    'another visitor',
    () => site.sql(`update visitors set visitor_no = visitor_no + 100 where user_id = 'user-3' returning 1`),
  ],
];

describe('verify', () => {
  const verify = () => site.verify('2026-11-01', '2026-11-10');
  beforeEach(async () => {
    site = await createSegmentedSite(history(150, 8));
    expect(await verify()).toEqual(noDifference);
  });

  it.each(damages)('reports %s', async (_, damage) => {
    expect((await damage()).length).toBeGreaterThan(0);
    const { code, differences } = await verify();
    expect(code).toBe(1);
    expect(differences.length).toBeGreaterThan(0);
  });

  it('reports events that are in a segment but not in the table', async () => {
    await site.sql(`delete from events where path = '/page/5'`);
    expect((await verify()).differences.length).toBeGreaterThan(5);
  });
});

describe('a corrupt segment', () => {
  beforeEach(async () => {
    site = await createSegmentedSite(history(150));
  });

  it('is dropped by the merge that reads it, and rebuilt from raw events', async () => {
    await flipByte('path');
    await site.store([event('2026-09-20T10:00:00Z', { path: '/late' })]);
    const corrupt: CorruptSegmentError[] = [];
    await site.roll({ onCorrupt: (error) => corrupt.push(error) });
    expect(corrupt.length).toBe(1);
    expect(corrupt[0]!.segment.starts.toISOString()).toMatch(/^2026-09/);
    await site.roll();
    expect(await site.verify('2026-09-02', '2026-09-29')).toEqual(noDifference);
  });

  it('does not expose older segments below it to queries, because its intervals are marked', async () => {
    await site.store([event('2026-09-20T10:00:00Z', { path: '/late' })]);
    await site.roll();
    await site.sql(`update segments set data = '\\x00' where starts < '2026-10-01Z'`);
    await site.store([event('2026-09-20T11:00:00Z')]);
    await site.roll();
    const { code } = await site.verify('2026-09-02', '2026-09-29');
    expect([0, 3]).toContain(code);
  });

  it('does not prevent an erasure from finishing', async () => {
    for (const column of ['visitor', 'property:owner']) await flipByte(column);
    await eraseUser(site.pool, { siteId, userId: 'user-5', dryRun: false });
    for (let round = 0; round < 8; round += 1) await site.roll();
    expect(await site.sql('select segments_purge from site_rollups')).toEqual([{ segments_purge: false }]);
    await site.expectExact();
    expect(await site.verify()).toEqual(noDifference);
    await expectNothingOf(site.pool, siteId, ['user-5']);
  });
});
