/** Makes one segment of several, without what newer ones have replaced, and without a look at raw events. */
import type { PoolClient } from '@millrace/shared/postgres';
import {
  countIntervals,
  type IntervalRanges,
  intervalOf,
  ownedRanges,
  startOf,
  unite,
} from '@millrace/shared/segments/interval-ranges';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { eventColumns, propertyColumn, segmentLimits } from '@millrace/shared/segments/segment-columns';
import { createPacker, type Omitted, type PackedSegment } from '@millrace/shared/segments/segment-format';
import { numberSessions } from './number-sessions.js';
import { type OpenSegment, openSegment, removeSegments, type StoredSegment } from './stored-segments.js';
import { storeSegment } from './write-segment.js';

/** A segment that is merged, and the rows of it that go on. */
interface Member {
  segment: StoredSegment;
  open: OpenSegment;
  rows: Uint32Array;
}

/** Rows of intervals in `kept`. */
function rowsWithin({ starts, rows, covers }: StoredSegment, open: OpenSegment, kept: IntervalRanges): Uint32Array {
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  if (countIntervals(kept) === countIntervals(covers)) return all;
  const first = intervalOf(starts);
  const isKept = new Uint8Array(covers.at(-1)! - first);
  for (let at = 0; at < kept.length; at += 2) isKept.fill(1, kept[at]! - first, kept[at + 1]! - first);
  const time = open.numbers('time');
  const startMs = starts.getTime();
  return all.filter((row) => isKept[intervalOf(new Date(startMs + time[row]!)) - first] === 1);
}

/** The numbers of all members, one after the other. */
function gather(members: Member[], numbersOf: (member: Member) => ArrayLike<number>): Uint32Array {
  const gathered = new Uint32Array(members.reduce((sum, { rows }) => sum + rows.length, 0));
  let end = 0;
  for (const member of members) {
    const numbers = numbersOf(member);
    for (const row of member.rows) gathered[end++] = numbers[row]!;
  }
  return gathered;
}

/** What some member leaves out is not complete in the whole. */
function mergedColumns(members: Member[]): Omitted & { names: string[] } {
  const directories = members.map(({ open }) => open.directory);
  const leftOut = new Set(directories.flatMap((directory) => directory.leftOut));
  const cut = directories.filter(({ leavesOutMore }) => leavesOutMore);
  const prefix = propertyColumn('');
  const found = new Set(
    directories.flatMap(({ blocks }) => Object.keys(blocks)).filter((name) => name.startsWith(prefix)),
  );
  const known = [...found].filter((name) => cut.every(({ blocks }) => name in blocks) && !leftOut.has(name));
  const properties = known.slice(0, segmentLimits.properties);
  const columns = eventColumns.map(({ name }) => name).filter((name) => !leftOut.has(name));
  return {
    names: [...columns, ...properties],
    leftOut: [...leftOut].sort(),
    leavesOutMore: cut.length > 0 || properties.length < known.length,
  };
}

function packMembers(members: Member[], starts: Date): PackedSegment & { rows: number } {
  const time = gather(members, ({ segment, open }) => {
    const later = segment.starts.getTime() - starts.getTime();
    return Uint32Array.from(open.numbers('time'), (ms) => ms + later);
  });
  const visitor = gather(members, ({ open }) => open.numbers('visitor'));
  const order = orderRows([visitor, time]);
  const packer = createPacker(order.length);
  packer.addNumbers('time', inOrder(time, order), 'jumps');
  packer.addNumbers('visitor', inOrder(visitor, order), 'steps');
  const addColumn = (name: string) =>
    packer.addNumbers(
      name,
      inOrder(
        gather(members, ({ open }) => open.numbers(name)),
        order,
      ),
      'codes',
    );
  addColumn('micros');
  const { session, ids } = mergeSessions(members, order);
  packer.addNumbers('session', session, 'jumps');
  packer.addIds('session_ids', ids);
  const { names, ...omitted } = mergedColumns(members);
  for (const name of names) addColumn(name);
  return { ...packer.finish(omitted), rows: order.length };
}

function mergeSessions(members: Member[], order: Uint32Array) {
  const lists = members.map(({ open }) => open.sessionIds());
  const ids = new BigUint64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  const ends = new Map<Member, number>();
  for (const [at, list] of lists.entries()) {
    ids.set(list, end);
    ends.set(members[at]!, end);
    end += list.length;
  }
  const session = gather(members, (member) => {
    const before = ends.get(member)!;
    return Uint32Array.from(member.open.numbers('session'), (place) => (place === 0 ? 0 : place + before));
  });
  return numberSessions(inOrder(session, order), ids);
}

/**
 * Replaces `members` by one segment of what they are the newest for among `all` of the site; by none when that is nothing. Only under
 * the claim of the site.
 */
export async function mergeSegments(
  client: PoolClient,
  siteId: string,
  members: StoredSegment[],
  all: StoredSegment[],
): Promise<void> {
  const owned = ownedRanges(all);
  const covers = members.reduce<number[]>((sum, segment) => unite(sum, owned.get(segment)!), []);
  const opened: Member[] = [];
  for (const segment of members) {
    const kept = owned.get(segment)!;
    if (kept.length === 0) continue;
    const open = await openSegment(client, siteId, segment);
    opened.push({ segment, open, rows: rowsWithin(segment, open, kept) });
  }
  if (opened.length > 0) {
    const { rows, ...packed } = packMembers(opened, startOf(covers[0]!));
    await storeSegment(client, siteId, { covers, rows, packed });
  }
  await removeSegments(client, siteId, members);
}
