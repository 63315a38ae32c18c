import { describe, expect, it } from 'vitest';
import { backOffMs, retryAfterMs } from '../src/retry-delay.js';

describe('the pause', () => {
  it('doubles from half a second to a minute, minus up to half', () => {
    expect([0, 1, 2, 6, 7, 2_000].map((failures) => backOffMs(failures, 0))).toEqual([
      500, 1_000, 2_000, 32_000, 60_000, 60_000,
    ]);
    expect(backOffMs(2, 0.5)).toBe(1_500);
  });

  it.each([
    ['3', null, 3_000],
    ['0', null, 0],
    ['Fri, 14 Nov 2025 10:00:07 GMT', null, 7_000],
    ['Fri, 14 Nov 2025 09:00:00 GMT', null, 0],
    ['Fri, 14 Nov 2025 12:00:07 GMT', 'Fri, 14 Nov 2025 12:00:05 GMT', 2_000],
    ['soon', null, undefined],
    ['-1', null, undefined],
    [null, null, undefined],
  ])('of Retry-After %s is parsed', (header, date, expected) => {
    expect(retryAfterMs(header, date, Date.UTC(2025, 10, 14, 10))).toBe(expected);
  });
});
