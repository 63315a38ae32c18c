/** What each bucket is compared with if the dates to compare with are given: before, after or overlapping the range. */
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../src/query-request/parse-query.js';
import { resolveQuery } from '../src/query-request/resolve-query.js';

type Body = { date_range: string[]; dimensions: string[]; include: object; timezone?: string };

/** Labels of the buckets with those of their counterparts. */
function pairs(body: Body): [string, string | null][] {
  const request = parseQuery({ site_id: 'demo', metrics: ['views'], ...body });
  const query = resolveQuery(request, { siteTimezone: 'UTC', now: new Date('2025-11-25T15:00:00Z') });
  const earlier = query.comparison!.buckets!;
  return query.buckets!.labels.map((label, index) => [label, earlier.labels[earlier.pairs[index] ?? -1] ?? null]);
}

const pairsOf = (unit: string, date_range: string[], comparison: string[]) =>
  pairs({ date_range, dimensions: [`time:${unit}`], include: { comparison } });

describe('dates later than the range', () => {
  it('pair weeks with whole weeks ahead, as far as the dates go', () => {
    expect(pairsOf('week', ['2024-01-01', '2024-01-31'], ['2024-02-01', '2024-02-29'])).toEqual([
      ['2024-01-01', '2024-02-05'],
      ['2024-01-08', '2024-02-12'],
      ['2024-01-15', '2024-02-19'],
      ['2024-01-22', '2024-02-26'],
      ['2024-01-29', null],
    ]);
  });
  it('pair weeks a year ahead by week number', () => {
    expect(pairsOf('week', ['2024-01-01', '2024-01-14'], ['2025-01-01', '2025-01-14'])).toEqual([
      ['2024-01-01', '2024-12-30'],
      ['2024-01-08', '2025-01-06'],
    ]);
  });
  it('pair months, even if the ranges are not whole months apart', () => {
    const whole = pairsOf('month', ['2024-01-01', '2024-02-29'], ['2024-03-01', '2024-04-30']);
    expect(whole).toEqual([
      ['2024-01-01', '2024-03-01'],
      ['2024-02-01', '2024-04-01'],
    ]);
    expect(pairsOf('month', ['2024-01-01', '2024-02-29'], ['2024-03-10', '2024-04-30'])).toEqual(whole);
  });
  it('pair quarters and years', () => {
    expect(pairsOf('quarter', ['2023-01-01', '2023-06-30'], ['2023-08-05', '2024-02-03'])).toEqual([
      ['2023-01-01', '2023-07-01'],
      ['2023-04-01', '2023-10-01'],
    ]);
    expect(pairsOf('year', ['2021-01-01', '2022-12-31'], ['2023-02-02', '2025-01-31'])).toEqual([
      ['2021-01-01', '2023-01-01'],
      ['2022-01-01', '2024-01-01'],
    ]);
  });
  it('pair days and hours of instants that are a fraction of a day apart', () => {
    const [range, later] = [
      ['2024-01-01T00:00:00Z', '2024-01-02T12:00:00Z'],
      ['2024-01-02T12:30:00Z', '2024-01-04T00:30:00Z'],
    ];
    expect(pairsOf('day', range!, later!)).toEqual([
      ['2024-01-01', '2024-01-03'],
      ['2024-01-02', '2024-01-04'],
    ]);
    expect(pairsOf('hour', range!, later!).at(0)).toEqual(['2024-01-01T00:00:00+00:00', '2024-01-02T13:00:00+00:00']);
  });
});

describe('time beyond the dates', () => {
  function timesOf(unit: string, date_range: string[], comparison: string[]) {
    const body = { date_range, dimensions: [`time:${unit}`], include: { comparison } };
    const request = parseQuery({ site_id: 'demo', metrics: ['views'], ...body });
    const { buckets, comparison: found } = resolveQuery(request, {
      siteTimezone: 'UTC',
      now: new Date('2025-11-25T15:00:00Z'),
    });
    const { bounds, pairs: places } = found!.buckets!;
    return buckets!.labels.map((label, index) => {
      const place = places[index] ?? null;
      const ends = place === null ? [null, null] : [bounds[place]!.toISOString(), bounds[place + 1]!.toISOString()];
      return [label, ...ends.map((end) => end?.slice(0, 16) ?? null)];
    });
  }
  it('is not compared with part of a quarter', () => {
    expect(timesOf('quarter', ['2025-01-01', '2025-12-31'], ['2024-02-01', '2024-11-30'])).toEqual([
      ['2025-01-01', '2024-02-01T00:00', '2024-04-01T00:00'],
      ['2025-04-01', '2024-04-01T00:00', '2024-07-01T00:00'],
      ['2025-07-01', '2024-07-01T00:00', '2024-10-01T00:00'],
      ['2025-10-01', '2024-10-01T00:00', '2024-12-01T00:00'],
    ]);
  });
  it('is not compared with part of an hour', () => {
    const range = ['2025-01-02T00:00:00Z', '2025-01-02T03:00:00Z'];
    expect(timesOf('hour', range, ['2025-01-01T00:00:00Z', '2025-01-01T01:30:00Z'])).toEqual([
      ['2025-01-02T00:00:00+00:00', '2025-01-01T00:00', '2025-01-01T01:00'],
      ['2025-01-02T01:00:00+00:00', '2025-01-01T01:00', '2025-01-01T01:30'],
      ['2025-01-02T02:00:00+00:00', null, null],
    ]);
  });
  it('can be the rest of a week that is partly within them', () => {
    expect(timesOf('week', ['2025-04-07', '2025-04-27'], ['2025-03-04', '2025-03-20'])).toEqual([
      ['2025-04-07', '2025-03-03T00:00', '2025-03-10T00:00'],
      ['2025-04-14', '2025-03-10T00:00', '2025-03-17T00:00'],
      ['2025-04-21', '2025-03-17T00:00', '2025-03-24T00:00'],
    ]);
  });
});

describe('dates that overlap the range', () => {
  it('pair weeks with the nearest whole weeks ahead', () => {
    expect(pairsOf('week', ['2024-01-01', '2024-01-28'], ['2024-01-09', '2024-02-05'])).toEqual([
      ['2024-01-01', '2024-01-08'],
      ['2024-01-08', '2024-01-15'],
      ['2024-01-15', '2024-01-22'],
      ['2024-01-22', '2024-01-29'],
    ]);
  });
  it('pair weeks with the nearest whole weeks before, never with themselves', () => {
    expect(pairsOf('week', ['2024-01-08', '2024-01-28'], ['2024-01-06', '2024-01-26'])).toEqual([
      ['2024-01-08', '2024-01-01'],
      ['2024-01-15', '2024-01-08'],
      ['2024-01-22', '2024-01-15'],
    ]);
  });
  it('pair months with the nearest months', () => {
    expect(pairsOf('month', ['2024-01-01', '2024-06-30'], ['2023-12-05', '2024-05-31'])).toEqual([
      ['2024-01-01', '2023-12-01'],
      ['2024-02-01', '2024-01-01'],
      ['2024-03-01', '2024-02-01'],
      ['2024-04-01', '2024-03-01'],
      ['2024-05-01', '2024-04-01'],
      ['2024-06-01', '2024-05-01'],
    ]);
  });
});

it('pairs each of almost 10,000 minutes with the same clock time a year earlier', () => {
  const found = pairs({
    date_range: ['2025-10-30T04:00:00Z', '2025-11-06T02:00:00Z'],
    dimensions: ['time:minute'],
    include: { comparison: 'year_over_year' },
    timezone: 'America/New_York',
  });
  expect(found).toHaveLength(9_960);
  expect(found.at(0)).toEqual(['2025-10-30T00:00:00-04:00', '2024-10-30T00:00:00-04:00']);
  expect(found.at(-1)).toEqual(['2025-11-05T20:59:00-05:00', '2024-11-05T20:59:00-05:00']);
  // The clock showed this hour twice in 2025, on a day on which it showed it once in 2024.
  const twice = found.filter(([label]) => label.startsWith('2025-11-02T01:30'));
  expect(twice).toEqual([
    ['2025-11-02T01:30:00-04:00', '2024-11-02T01:30:00-04:00'],
    ['2025-11-02T01:30:00-05:00', null],
  ]);
});
