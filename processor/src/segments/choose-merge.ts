/** Which segments of a site are to become one next, so that a range is few of them and each event is copied seldom. */
import { countIntervals, dayOf, intervalOf, monthOf, ownedRanges } from '@millrace/shared/segments/interval-ranges';
import { segmentLimits } from '@millrace/shared/segments/segment-columns';
import type { StoredSegment } from './stored-segments.js';

/** Days of quiet sites are put together until a segment has about as many events. */
const rowsOfQuietDays = 50_000;
/** Of segments that are as small as this none is too large to be merged with another. */
const smallRows = 20_000;
/** A segment is merged with those that have a quarter of its events together. */
const growth = 4;
/** Of a day that is not over yet at least so many are merged at once. */
const openDayMembers = 4;

interface Sized {
  segment: StoredSegment;
  /** About how many events it is the newest for. */
  rows: number;
}

/** Segments whose days are merged: those of one UTC day, or of some quiet days of a month. */
interface Group {
  members: Sized[];
  month: string;
  lastDay: number;
  rows: number;
}

const isOver = (day: number, now: Date) => day < dayOf(intervalOf(now));

/** Months are apart, so that a segment goes with the month of events that it is of. */
function belongsTo(group: Group, { segment, rows }: Sized, now: Date): boolean {
  if (dayOf(segment.covers[0]!) <= group.lastDay) return true;
  const isQuiet = group.rows + rows <= rowsOfQuietDays;
  return isQuiet && isOver(lastDayOf(segment), now) && monthOf(segment.covers[0]!) === group.month;
}

const lastDayOf = ({ covers }: StoredSegment) => dayOf(covers.at(-1)! - 1);

/** `segments` in the order of their starts. */
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

/** The smallest ones, as long as the next is not much larger than those before it together. */
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
 * What one member leaves out the whole leaves out: those that leave out the same come together, and others only while they are small. A
 * few late events would take a column from a whole day otherwise.
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

/** The members of the next merge, at least two; undefined when there is nothing to merge. */
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

/** A segment with events of intervals that newer ones hold; undefined when there is none. */
export function choosePurge(segments: StoredSegment[]): StoredSegment | undefined {
  const owned = ownedRanges(segments);
  return segments.find(
    (segment) => segment.hasData && countIntervals(owned.get(segment)!) < countIntervals(segment.covers),
  );
}
