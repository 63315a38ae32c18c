import { describe, expect, it } from 'vitest';
import { moveRange } from '../src/range/move-range.ts';
import { includesNow } from '../src/range/range-neighbours.ts';

// A Friday.
const today = '2026-11-27';

describe('moving a range', () => {
  it.each([
    ['day', '2026-11-26,2026-11-26'],
    ['24h', '2026-11-26,2026-11-26'],
    ['yesterday', '2026-11-25,2026-11-25'],
    ['7d', '2026-11-14,2026-11-20'],
    ['30d', '2026-09-29,2026-10-28'],
    ['week', '2026-11-16,2026-11-22'],
    ['last_week', '2026-11-09,2026-11-15'],
    ['month', '2026-10-01,2026-10-31'],
    ['last_month', '2026-09-01,2026-09-30'],
    ['quarter', '2026-07-01,2026-09-30'],
    ['last_quarter', '2026-04-01,2026-06-30'],
    ['year', '2025-01-01,2025-12-31'],
    ['last_year', '2024-01-01,2024-12-31'],
    ['6mo', '2025-12-01,2026-05-31'],
    ['12mo', '2024-12-01,2025-11-30'],
    ['2026-03-01,2026-03-31', '2026-02-01,2026-02-28'],
    ['2026-02-01,2026-03-31', '2025-12-01,2026-01-31'],
    ['2026-03-10,2026-03-12', '2026-03-07,2026-03-09'],
    ['2026-11-01,2026-11-27', '2026-10-01,2026-10-31'],
  ])('back from %s', (range, earlier) => {
    expect(moveRange(range, -1, today)).toBe(earlier);
  });

  it.each(['day', '7d', '45d', 'week', 'month', 'quarter', 'year', '6mo', '12mo', '2026-03-01,2026-03-31'])(
    'returns to %s',
    (range) => {
      expect(moveRange(moveRange(range, -1, today)!, 1, today)).toBe(range);
    },
  );

  it('stops at today', () => {
    expect(moveRange('2026-11-18,2026-11-24', 1, today)).toBe('7d');
    expect(moveRange('2026-08-01,2026-09-30', 1, today)).toBe('2026-10-01,2026-11-27');
    expect(moveRange('yesterday', 1, today)).toBe('day');
    for (const range of ['day', '24h', '7d', 'week', 'month', 'year', '2026-11-01,2026-12-31']) {
      expect(moveRange(range, 1, today)).toBeUndefined();
    }
  });

  it('does not move ranges without a known length, nor beyond the first day of the API', () => {
    const others = ['all', 'realtime', 'nothing', 'toString', '2026-02-30,2026-03-02', 'a,b', '2026-03-02,2026-03-01'];
    for (const range of others) expect(moveRange(range, -1, today)).toBeUndefined();
    expect(moveRange('2000-01-02,2000-01-05', -1, today)).toBeUndefined();
  });

  it('treats the first of a month on its own as a day', () => {
    expect(moveRange('2026-11-01,2026-11-01', -1, '2026-11-01')).toBe('2026-10-31,2026-10-31');
  });
});

describe('whether a range includes now', () => {
  it.each([
    ['30d', true],
    ['realtime', true],
    ['yesterday', false],
    ['last_month', false],
    ['2026-11-01,2026-11-27', true],
    ['2026-11-01,2026-11-26', false],
    ['2026-12-01,2026-12-02', false],
  ])('%s: %s', (range, expected) => {
    expect(includesNow(range, today)).toBe(expected);
  });
});
