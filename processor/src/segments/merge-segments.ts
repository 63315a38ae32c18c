/** Merges segments without reading raw events, leaving out what newer segments have replaced. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import {
  countIntervals,
  type IntervalRanges,
  intervalOf,
  ownedRanges,
  startOf,
  unite,
} from '@millrace/shared/segments/interval-ranges';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { propertyColumn, segmentColumns, segmentLimits } from '@millrace/shared/segments/segment-columns';
import { createPacker, type Omitted, type PackedSegment } from '@millrace/shared/segments/segment-format';
import { numberSessions } from './number-sessions.js';
import { type OpenSegment, openSegment, removeSegments, type StoredSegment } from './stored-segments.js';
import { storeSegment } from './write-segment.js';

/** A segment to merge, and the rows of it to keep. */
interface Member {
  segment: StoredSegment;
  open: OpenSegment;
  rows: Uint32Array;
}

/** The rows in the intervals `kept`. */
async function rowsWithin(segment: StoredSegment, open: OpenSegment, kept: IntervalRanges): Promise<Uint32Array> {
  const { starts, rows, covers } = segment;
  const found = new Uint32Array(rows);
  if (countIntervals(kept) === countIntervals(covers)) {
    for (let row = 0; row < rows; row += 1) found[row] = row;
    return found;
  }
  const first = intervalOf(starts);
  const isKept = new Uint8Array(covers.at(-1)! - first);
  for (let at = 0; at < kept.length; at += 2) isKept.fill(1, kept[at]! - first, kept[at + 1]! - first);
  // Segments start at the start of an interval.
  const time = await open.numbers('time');
  let count = 0;
  for (let row = 0; row < rows; row += 1) {
    if (isKept[Math.floor(time[row]! / intervalMs)] === 1) found[count++] = row;
  }
  return found.subarray(0, count);
}

const countRows = (members: Member[]) => members.reduce((sum, { rows }) => sum + rows.length, 0);

/** Concatenates the numbers of all members, adding `add(member)` to those that are not zero. */
async function gather(
  members: Member[],
  name: string,
  add: (member: Member) => number = () => 0,
): Promise<Uint32Array> {
  const gathered = new Uint32Array(countRows(members));
  let end = 0;
  for (const member of members) {
    const { open, rows } = member;
    if (!(name in open.directory.blocks)) {
      end += rows.length;
      continue;
    }
    const numbers = await open.numbers(name);
    const added = add(member);
    for (let at = 0; at < rows.length; at += 1) {
      const number = numbers[rows[at]!]!;
      gathered[end++] = number === 0 ? 0 : number + added;
    }
  }
  return gathered;
}

const laterBy = (member: Member, starts: Date) => member.segment.starts.getTime() - starts.getTime();

/** Milliseconds since `starts`. */
async function gatherTimes(members: Member[], starts: Date): Promise<Uint32Array> {
  const gathered = await gather(members, 'time');
  let end = 0;
  for (const member of members) {
    const later = laterBy(member, starts);
    for (let at = 0; at < member.rows.length; at += 1) gathered[end++]! += later;
  }
  return gathered;
}

const isProperty = (name: string) => name.startsWith(propertyColumn(''));

/** Limits properties to the most frequent ones. */
async function keepFrequent(members: Member[], names: string[]): Promise<string[]> {
  if (names.length <= segmentLimits.properties) return names;
  const counts = new Map<string, number>();
  for (const name of names) {
    let count = 0;
    for (const code of await gather(members, name)) if (code !== 0) count += 1;
    counts.set(name, count);
  }
  return names.sort((a, b) => counts.get(b)! - counts.get(a)!).slice(0, segmentLimits.properties);
}

/** A column that any member omits is incomplete, so the merged segment omits it. */
async function mergedColumns(members: Member[]): Promise<Omitted & { names: string[] }> {
  const directories = members.map(({ open }) => open.directory);
  const leftOut = new Set(directories.flatMap((directory) => directory.leftOut));
  const cut = directories.filter(({ leavesOutMore }) => leavesOutMore);
  const found = new Set(directories.flatMap(({ blocks }) => Object.keys(blocks)).filter(isProperty));
  const complete = [...found].filter((name) => cut.every(({ blocks }) => name in blocks) && !leftOut.has(name));
  const properties = await keepFrequent(members, complete);
  const columns = segmentColumns.map(({ name }) => name).filter((name) => !leftOut.has(name));
  return {
    names: [...columns, ...properties],
    leftOut: [...leftOut].sort(),
    leavesOutMore: cut.length > 0 || properties.length < complete.length,
  };
}

async function packMembers(members: Member[], starts: Date): Promise<PackedSegment & { rows: number }> {
  const visitor = await gather(members, 'visitor');
  const time = await gatherTimes(members, starts);
  const order = orderRows([visitor, time]);
  const packer = createPacker(order.length);
  packer.addNumbers('time', inOrder(time, order), 'jumps');
  packer.addNumbers('visitor', inOrder(visitor, order), 'steps');
  const addColumn = async (name: string) =>
    packer.addNumbers(name, inOrder(await gather(members, name), order), 'codes');
  await addColumn('micros');
  const { session, ids } = await mergeSessions(members, order);
  packer.addNumbers('session', session, 'jumps');
  packer.addIds('session_ids', ids);
  const { names, ...omitted } = await mergedColumns(members);
  for (const name of names) await addColumn(name);
  return { ...packer.finish(omitted), rows: order.length };
}

async function mergeSessions(members: Member[], order: Uint32Array) {
  const lists: BigUint64Array[] = [];
  const ends = new Map<Member, number>();
  let end = 0;
  for (const member of members) {
    const list = await member.open.sessionIds();
    lists.push(list);
    ends.set(member, end);
    end += list.length;
  }
  const ids = new BigUint64Array(end);
  for (const [at, list] of lists.entries()) ids.set(list, ends.get(members[at]!)!);
  const session = await gather(members, 'session', (member) => ends.get(member)!);
  return numberSessions(inOrder(session, order), ids);
}

/**
 * Replaces `members` by one segment with the intervals for which they are the newest among `all` segments of the site, or by none
 * if there are no such intervals. Requires the claim of the site.
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
    opened.push({ segment, open, rows: await rowsWithin(segment, open, kept) });
  }
  if (opened.length > 0) {
    const { rows, ...packed } = await packMembers(opened, startOf(covers[0]!));
    await storeSegment(client, siteId, { covers, rows, packed });
  }
  const replaced = all.filter((segment) => owned.get(segment)!.length === 0);
  await removeSegments(client, siteId, [...members, ...replaced]);
}
