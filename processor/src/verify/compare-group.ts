/** Turns one group of raw events and the row that stands for it into what is different, if anything. */
import { createVisitorSet, encodeBitmap, numbersOf } from '@millrace/shared/bitmap/bitmap';
import { counted } from '../counted.js';

/** What raw events say, and what is stored; null throughout where one of them has nothing. */
export interface GroupPair {
  rawEvents: number | null;
  rawVisitors: number | null;
  /** Numbers of the visitors as they come, four bytes each. */
  numbers: Buffer | null;
  events: number | null;
  visitors: number | null;
  bitmap: Buffer | null;
  /** 2 and more for rows that are there again. */
  copy: number | null;
}

const amounts = (events: number | null, visitors: number | null) =>
  events === null ? 'nothing' : `${counted(events, 'event')}, ${counted(visitors ?? 0, 'visitor')}`;

/** Undefined when they agree. */
export function groupDifference(pair: GroupPair): string | undefined {
  if (pair.copy !== null && pair.copy > 1) return `the row is there once more (copy ${pair.copy})`;
  if (pair.events !== pair.rawEvents || pair.visitors !== pair.rawVisitors) {
    const stored = amounts(pair.events, pair.visitors);
    return `stored: ${stored}; raw events say: ${amounts(pair.rawEvents, pair.rawVisitors)}`;
  }
  return bitmapDifference(pair.bitmap!, pair.visitors!, numbersOf(pair.numbers ?? Buffer.alloc(0)));
}

/** The quick look at the bytes is enough for nearly all. */
function bitmapDifference(bitmap: Buffer, visitors: number, numbers: Uint32Array): string | undefined {
  const expected = encodeBitmap(numbers);
  if (expected.size === visitors && expected.bitmap.equals(bitmap)) return undefined;
  const [stored, raw] = [createVisitorSet(), createVisitorSet()];
  try {
    stored.addBitmap(bitmap);
    raw.addNumbers(numbers);
    const both = stored.intersectionSize(raw);
    if (stored.size !== visitors) return `visitor_count is ${visitors}, but the bitmap holds ${stored.size}`;
    if (both === stored.size && both === raw.size) return undefined;
    return `the bitmap has ${counted(stored.size - both, 'visitor')} that raw events do not have, and lacks ${raw.size - both}`;
  } catch {
    return 'the bitmap cannot be read';
  } finally {
    stored.dispose();
    raw.dispose();
  }
}
