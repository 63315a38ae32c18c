import { describe, expect, it } from 'vitest';
import { createEqualsCount, createLineIds } from '../src/import/identify-lines.ts';

function idsOf(lines: string[], source = '', identity: 'content' | 'line-number' = 'content'): string[] {
  const idOf = createLineIds(source, identity);
  return lines.map((text, index) => {
    return idOf({ number: index + 1, bytes: Buffer.from(text, 'latin1'), text, overlong: false, ended: true });
  });
}

const distinct = (...ids: string[][]) => new Set(ids.flat()).size;

describe('createLineIds', () => {
  it('creates UUIDs of version 8 that are the same in every release', () => {
    expect(idsOf(['the line', 'the line'])).toEqual([
      '6f0e2653-d52e-8106-a03d-b09f622fec90',
      'fac1cd8c-6ff8-8b7a-a46d-95f8eed96439',
    ]);
  });

  it('gives equal lines of a file different ids, whatever is between them', () => {
    expect(distinct(idsOf(['a', 'a', 'b', 'a']))).toBe(4);
  });

  it('gives a line the same id in rotated, split, overlapping and joined files', () => {
    const lines = ['a', 'b', 'b', 'c', 'd', 'b'];
    const whole = new Set(idsOf(lines));
    const pieces = [lines.slice(0, 3), lines.slice(3), lines.slice(1, 5), lines.toReversed(), lines.slice(2)];
    for (const piece of pieces) expect(idsOf(piece).every((id) => whole.has(id))).toBe(true);
    expect(distinct(idsOf(lines.slice(0, 3)), idsOf(lines.slice(1, 5)), idsOf(lines))).toBe(6);
  });

  it('counts equal lines in two parts of a split file once, until one file contains both', () => {
    const pieces = [idsOf(['a', 'b']), idsOf(['b', 'c'])];
    expect(distinct(...pieces)).toBe(3);
    expect(distinct(...pieces, idsOf(['a', 'b', 'b', 'c']))).toBe(4);
  });

  it('distinguishes lines that differ in one byte, even in invalid UTF-8', () => {
    expect(distinct(idsOf(['caf\xe9', 'caf\xe8', 'caf%E9']))).toBe(3);
  });

  it('distinguishes servers by --source', () => {
    expect(distinct(idsOf(['a'], 'web-1'), idsOf(['a'], 'web-2'), idsOf(['a']))).toBe(3);
    expect(idsOf(['a'], 'web-1')).toEqual(idsOf(['a'], 'web-1'));
  });

  it('creates the ids of earlier releases with --identity line-number', () => {
    const lines = ['', '', '', '', '', '', 'the line'];
    expect(idsOf(lines, '', 'line-number').at(-1)).toBe('eb3ba875-23e3-8580-8a82-13adb076605d');
  });
});

describe('createEqualsCount', () => {
  it('counts within a window and forgets earlier values', () => {
    const count = createEqualsCount(2);
    expect([1, 2, 1, 2].map(count)).toEqual([1, 1, 2, 2]);
    expect([3, 1, 4, 5, 6, 7, 1].map(count)).toEqual([1, 3, 1, 1, 1, 1, 1]);
  });
});
