/** Chooses which segments of a site to merge next, balancing few segments per range against rewriting events. */
import { countIntervals, dayOf, intervalOf, monthOf, ownedRanges } from '@millrace/shared/segments/interval-ranges';
import { segmentLimits } from '@millrace/shared/segments/segment-columns';
import type { StoredSegment } from './stored-segments.js';

/** Days with few events are combined up to about this many events. */
const rowsOfQuietDays = 50_000;
/** Segments up to this size are always merged, whatever their ratio. */
const smallRows = 20_000;
/** A segment is merged once the smaller ones together have a quarter of its events. */
const growth = 4;
/** A day that is not over is merged only with at least this many segments. */
const openDayMembers = 4;

interface Sized {
  segment: StoredSegment;
  /** Estimated number of events not replaced by newer segments. */
  rows: number;
}

/** Segments of one UTC day, or of several quiet days of a month. */
interface Group {
  members: Sized[];
  month: string;
  lastDay: number;
  rows: number;
}

const isOver = (day: number, now: Date) => day < dayOf(intervalOf(now));

/** Never spans months, as segments are dropped together with their month of events. */
function belongsTo(group: Group, { segment, rows }: Sized, now: Date): boolean {
  if (dayOf(segment.covers[0]!) <= group.lastDay) return true;
  const isQuiet = group.rows + rows <= rowsOfQuietDays;
  return isQuiet && isOver(lastDayOf(segment), now) && monthOf(segment.covers[0]!) === group.month;
}

const lastDayOf = ({ covers }: StoredSegment) => dayOf(covers.at(-1)! - 1);

/** `segments` must be ordered by start. */
function groupDays(segments: Sized[], now: Date): Group[] {
  const groups: Group[] = [];
  for (const sized of segments) {
    const group = groups.at(-1);
    const lastDay = lastDayOf(sized.segment);
    if (group && belongsTo(group, sized, now)) {
      group.members.push(sized);
      group.rows += sized.rows;
      group.lastDay = Math.max(group.lastDay, lastDay);
    } else groups.push({ members: [sized], month: monthOf(sized.segment.covers[0]!), lastDay, rows: sized.rows });
  }
  return groups;
}

/** The smallest members, up to one that is much larger than all smaller ones together. */
function smallMembers(members: Sized[], limit: number): StoredSegment[] {
  const bySize = [...members].sort((a, b) => a.rows - b.rows);
  let [count, rows] = [0, 0];
  for (const member of bySize) {
    if (rows + member.rows > limit) break;
    if (member.rows > growth * rows + smallRows && count > 0) break;
    count += 1;
    rows += member.rows;
  }
  return bySize.slice(0, count).map(({ segment }) => segment);
}

/**
 * A merged segment omits every column that any member omits. So members that omit the same columns are merged first, others only
 * while they are small: otherwise a few late events could remove a column from a whole day.
 */
function membersOf({ members, lastDay }: Group, now: Date): StoredSegment[] | undefined {
  const needed = isOver(lastDay, now) ? 2 : openDayMembers;
  const kinds = new Set(members.map(({ segment }) => segment.omits));
  const choices = [...kinds].map((kind) => {
    const alike = members.filter(({ segment }) => segment.omits === kind);
    return smallMembers(alike, segmentLimits.rows);
  });
  return [...choices, smallMembers(members, Math.min(smallRows, segmentLimits.rows))].find(
    ({ length }) => length >= needed,
  );
}

/** At least two segments to merge; undefined when there is nothing to merge. */
export function chooseMerge(segments: StoredSegment[], now: Date): StoredSegment[] | undefined {
  const owned = ownedRanges(segments);
  const sized = segments
    .filter(({ hasData }) => hasData)
    .map((segment) => {
      const share = countIntervals(owned.get(segment)!) / countIntervals(segment.covers);
      return { segment, rows: Math.round(segment.rows * share) };
    });
  for (const group of groupDays(sized, now)) {
    const members = membersOf(group, now);
    if (members) return members;
  }
  return undefined;
}

/** A segment with events that newer segments replace; undefined when there is none. */
export function choosePurge(segments: StoredSegment[]): StoredSegment | undefined {
  const owned = ownedRanges(segments);
  return segments.find(
    (segment) => segment.hasData && countIntervals(owned.get(segment)!) < countIntervals(segment.covers),
  );
}
