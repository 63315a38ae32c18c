/** Compares one group of raw events with its rollup row. */
import { createVisitorSet, encodeBitmap, numbersOf } from '@millrace/shared/bitmap/bitmap';
import { formatCount } from '../format-count.js';

/** A group of raw events and its stored row; the fields of a missing side are null. */
export interface GroupPair {
  rawEvents: number | null;
  rawVisitors: number | null;
  /** Unsorted visitor numbers, four bytes each. */
  numbers: Buffer | null;
  events: number | null;
  visitors: number | null;
  bitmap: Buffer | null;
  /** 2 or more for duplicate rows. */
  copy: number | null;
}

const amounts = (events: number | null, visitors: number | null) =>
  events === null ? 'nothing' : `${formatCount(events, 'event')}, ${formatCount(visitors ?? 0, 'visitor')}`;

/** Undefined when they agree. */
export function groupDifference(pair: GroupPair): string | undefined {
  if (pair.copy !== null && pair.copy > 1) return `duplicate row (copy ${pair.copy})`;
  if (pair.events !== pair.rawEvents || pair.visitors !== pair.rawVisitors) {
    const stored = amounts(pair.events, pair.visitors);
    return `stored: ${stored}; raw events: ${amounts(pair.rawEvents, pair.rawVisitors)}`;
  }
  return bitmapDifference(pair.bitmap!, pair.visitors!, numbersOf(pair.numbers ?? Buffer.alloc(0)));
}

/** Comparing the bytes is enough in nearly all cases. */
function bitmapDifference(bitmap: Buffer, visitors: number, numbers: Uint32Array): string | undefined {
  const expected = encodeBitmap(numbers);
  if (expected.size === visitors && expected.bitmap.equals(bitmap)) return undefined;
  const [stored, raw] = [createVisitorSet(), createVisitorSet()];
  try {
    stored.addBitmap(bitmap);
    raw.addNumbers(numbers);
    const both = stored.intersectionSize(raw);
    if (stored.size !== visitors) return `visitor_count is ${visitors}, but the bitmap contains ${stored.size}`;
    if (both === stored.size && both === raw.size) return undefined;
    return `the bitmap contains ${formatCount(stored.size - both, 'visitor')} without raw events and lacks ${raw.size - both}`;
  } catch {
    return 'the bitmap cannot be read';
  } finally {
    stored.dispose();
    raw.dispose();
  }
}
