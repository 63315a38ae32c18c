import { describe, expect, it } from 'vitest';
import { averageOf, changeInPercent, fromScaled, toScaled } from '../src/query/exact-numbers.js';

describe('change in percent', () => {
  it.each<[string, string, number | null]>([
    ['10', '15', 50],
    ['10', '5', -50],
    ['200', '201', 1],
    ['200', '199', -1],
    ['200', '200.9', 0],
    ['-10', '-5', 50],
    ['-10', '-15', -50],
    ['-10', '10', 200],
    ['0', '0.00', 0],
    ['0', '0.01', null],
    ['0.1', '0.3', 200],
    ['10000000000000000000000', '10100000000000000000000', 1],
    ['1', '90071992547410', 9007199254740900],
    ['1', '90071992547411', null],
    ['1', '-90071992547411', null],
  ])('from %s to %s is %s', (earlier, later, change) => {
    expect(changeInPercent(earlier, later)).toBe(change);
  });
});

describe('an average', () => {
  it.each<[bigint, number, number, string]>([
    [1n, 0, 3, '0.333333'],
    [2n, 0, 3, '0.666667'],
    [-2n, 0, 3, '-0.666667'],
    [1n, 6, 2, '0.000001'],
    [-1n, 6, 2, '-0.000001'],
    [-1n, 7, 1, '0'],
    [-49_999n, 10, 1, '-0.000005'],
  ])('of %s with %i decimals over %i is %s', (sum, places, count, average) => {
    expect(fromScaled(averageOf(sum, places, count), 6)).toBe(average);
  });
});

it.each([
  ['0', 0],
  ['-0.5', 1],
  ['12.05', 2],
  ['-120', 0],
  ['0.000001', 6],
])('%s survives the round trip', (text, places) => {
  for (const more of [0, 1, 20]) expect(fromScaled(toScaled(text, places + more), places + more)).toBe(text);
});
