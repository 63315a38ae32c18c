/** Turns what a statement gathered about the visitors of a group into their exact number. */
import { encodeBitmap, numbersOf, splitFrames, unionSize } from '@millrace/shared/bitmap';

export interface GatheredVisitors {
  /** Bitmaps of rows, framed; null when `most` says it all. */
  frames: Buffer | null;
  /** The largest of the rows; null when there is none. */
  most: number | null;
  /** Numbers of users of raw events. */
  numbers: Buffer | null;
  /** Users of raw events that have no number, and so are in no bitmap. */
  unnumbered: number;
}

export function countVisitors({ frames, most, numbers, unnumbered }: GatheredVisitors): number {
  if (!frames && !numbers) return (most ?? 0) + unnumbered;
  const bitmaps = frames ? splitFrames(frames) : [];
  if (numbers) bitmaps.push(encodeBitmap(numbersOf(numbers)).bitmap);
  return unionSize(bitmaps) + unnumbered;
}

/** Bitmaps of rows of rollup tables called `r`, one after the other, each behind its length. */
export const framesOf = `string_agg(int4send(length(r.visitors)) || r.visitors, '')`;

/** Columns of {@link GatheredVisitors} over rows of rollup tables called `r`; `whole` says which rows count. */
export const gatherRolled = (whole: string): string => `count(*) filter (where ${whole}) as rows,
    max(r.visitor_count) filter (where ${whole}) as most,
    ${framesOf} filter (where ${whole}) as frames,
    null::bytea as numbers, 0::bigint as unnumbered`;

/** The same over users of raw events called `per_user`, of whom `visitors` knows the numbers. */
export const gatherRaw = `0::bigint as rows, null::integer as most, null::bytea as frames,
    string_agg(int4send(visitors.visitor_no), '') as numbers, count(per_user.user_id) - count(visitors.visitor_no) as unnumbered`;

/** Both together, per group. One row alone needs no bitmap. */
export const gatherAll = `case when sum(rows) > 1 or count(numbers) > 0 then string_agg(frames, '') end as frames,
  max(most)::float8 as most, string_agg(numbers, '') as numbers, sum(unnumbered)::float8 as unnumbered`;
