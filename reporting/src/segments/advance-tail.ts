/** Brings the tail of a site from one snapshot to the next by what is new in it. */

import { intervalMs } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { rangesOf } from '@millrace/shared/segments/interval-ranges';
import { encodeTailRows, type RowCodes } from './encode-tail.js';
import { isSameSnapshot, isVisible, type Snapshot } from './snapshot.js';
import { addRows, filterRows, mergeRows, renumberRows, type SortedRows } from './sorted-rows.js';
import {
  missingIntervals,
  relationTo,
  type Tail,
  type TailInterval,
  type TailRequest,
  type TailRows,
  type TailTarget,
} from './tail.js';
import { createTexts, createUsers, numberOfUser } from './tail-codes.js';
import { monthOf, readIndexes, readIntervals, readNewRows, readVisitorNumbers } from './tail-statements.js';

export interface AdvancedTail {
  /** As of the moment; undefined where the one there was is beyond it. */
  tail?: Tail;
  rows: TailRows;
}

/** Once users may have got numbers. */
async function renumber(client: PoolClient, tail: Tail, { siteId, lastVisitorNo }: TailTarget): Promise<Tail> {
  const { users: before } = tail;
  if (before.lastVisitorNo === lastVisitorNo) return tail;
  const numbers = await readVisitorNumbers(client, siteId, before.list);
  const users = createUsers(lastVisitorNo);
  const now = before.list.map((user) => numbers.get(user) ?? numberOfUser(users, user));
  const numberOf = (visitor: number) =>
    visitor > before.lastVisitorNo ? now[visitor - before.lastVisitorNo - 1]! : visitor;
  const renumbered = (rows: SortedRows) =>
    rows.columns.get('visitor')!.at(-1)! > before.lastVisitorNo ? renumberRows(rows, numberOf) : rows;
  const intervals = [...tail.intervals].map(
    ([number, held]) => [number, { ...held, lists: held.lists.map(renumbered) }] as const,
  );
  return { ...tail, users, intervals: new Map(intervals) };
}

type Lists = Map<number, readonly SortedRows[]>;

function add(lists: Lists, gathered: ReadonlyMap<number, SortedRows>): void {
  for (const [interval, rows] of gathered) {
    if (rows.count > 0) lists.set(interval, addRows(lists.get(interval) ?? [], rows));
  }
}

/** All events of some intervals that the client's snapshot sees. */
async function readWholeIntervals(
  client: PoolClient,
  siteId: string,
  intervals: number[],
  codes: RowCodes,
): Promise<Lists> {
  const lists: Lists = new Map(intervals.map((interval) => [interval, []]));
  if (intervals.length === 0) return lists;
  const ranges = rangesOf([...intervals].sort((a, b) => a - b)).map((interval) => interval * intervalMs);
  await readIntervals(client, siteId, { ranges, columns: codes.columns }, (rows) =>
    add(lists, encodeTailRows(rows, codes)),
  );
  return lists;
}

/** Those that the client's snapshot sees and `since` does not. */
async function readNewEvents(client: PoolClient, siteId: string, since: Snapshot, held: number[], codes: RowCodes) {
  const lists: Lists = new Map(held.map((interval) => [interval, []]));
  if (held.length === 0) return lists;
  const months = [...new Set(held.map(monthOf))];
  const rows = await readNewRows(client, siteId, { months, since, columns: codes.columns });
  const gathered = encodeTailRows(rows, codes);
  add(lists, new Map([...gathered].filter(([interval]) => lists.has(interval))));
  return lists;
}

const codesOf = ({ texts, users }: Tail, columns: readonly string[]): RowCodes => ({
  columns,
  texts: new Map(columns.map((name) => [name, texts.get(name) ?? createTexts()])),
  users,
});

/** The rows whose transaction a snapshot sees, or does not. */
const filterVisible = (lists: readonly SortedRows[], snapshot: Snapshot, isSeen: boolean): readonly SortedRows[] =>
  lists
    .filter(({ newestTxid }) => isSeen || newestTxid >= snapshot.xmin)
    .map((rows) =>
      isSeen && rows.newestTxid < snapshot.xmin
        ? rows
        : filterRows(rows, (txid) => isVisible(snapshot, txid) === isSeen),
    )
    .filter(({ count }) => count > 0);

const addLists = (lists: readonly SortedRows[], more: readonly SortedRows[]): readonly SortedRows[] =>
  more.reduce<readonly SortedRows[]>((all, rows) => addRows(all, rows), lists);

const mergeLists = (lists: readonly SortedRows[]): readonly SortedRows[] =>
  lists.length < 2 ? lists : [lists.reduceRight((all, rows) => mergeRows(rows, all))];

/** Without intervals whose partition has another index than it had, or none. */
function keepIndexed(tail: Tail, indexes: ReadonlyMap<string, string>): Tail {
  const intervals = [...tail.intervals].filter(([number, { index }]) => indexes.get(monthOf(number)) === index);
  return { ...tail, intervals: new Map(intervals) };
}

/** What all rows read for one question are made with. */
interface AdvanceContext {
  client: PoolClient;
  moment: TailTarget;
  wanted: TailRequest;
  codes: RowCodes;
  indexes: ReadonlyMap<string, string>;
  isLater: boolean;
}

/** Brings one interval to the moment; `all` is what the question takes of it. */
function advanceInterval(
  before: TailInterval | undefined,
  fresh: readonly SortedRows[],
  { moment: { snapshot }, isLater }: AdvanceContext,
  inOneList: boolean,
): Pick<TailInterval, 'lists' | 'hasForeignRows'> & { all: readonly SortedRows[] } {
  const known = before?.lists ?? [];
  const seen = addLists(isLater ? known : filterVisible(known, snapshot, true), filterVisible(fresh, snapshot, true));
  const lists = inOneList ? mergeLists(seen) : seen;
  // What a snapshot sees although its transaction came later is of another server, or unknown to a standby: each question reads it.
  const others = filterVisible(fresh, snapshot, false);
  const all = [...lists, ...others];
  return { lists, hasForeignRows: others.length > 0, all: inOneList ? mergeLists(all) : all };
}

async function readRows(tail: Tail, reading: AdvanceContext, now: number) {
  const { client, moment, wanted, codes, indexes, isLater } = reading;
  const missing = missingIntervals(tail, wanted);
  const whole = await readWholeIntervals(client, moment.siteId, missing, codes);
  const held = [...tail.intervals].filter(([interval]) => !whole.has(interval));
  const since = isLater ? tail.snapshot : moment.snapshot;
  const isCurrent =
    isSameSnapshot(tail.snapshot, moment.snapshot) && held.every(([, { hasForeignRows }]) => !hasForeignRows);
  const changing = isCurrent ? [] : held.map(([interval]) => interval);
  const added = await readNewEvents(client, moment.siteId, since, changing, codes);
  const intervals = new Map<number, TailInterval>();
  const taken = new Map<number, readonly SortedRows[]>();
  for (const [interval, before] of [...held, ...missing.map((each) => [each, undefined] as const)]) {
    const isWanted = wanted.intervals.includes(interval);
    const fresh = added.get(interval) ?? whole.get(interval) ?? [];
    const { all, ...rows } = advanceInterval(before, fresh, reading, isWanted && wanted.needsOrder);
    const index = indexes.get(monthOf(interval))!;
    const lastUsedAt = isWanted || !before ? now : before.lastUsedAt;
    intervals.set(interval, { ...rows, columns: before?.columns ?? codes.columns, index, lastUsedAt });
    if (isWanted) taken.set(interval, all);
  }
  return { intervals, taken };
}

/** Undefined where something has to be read. */
function rowsIfCurrent(tail: Tail, { snapshot, lastVisitorNo }: TailTarget, wanted: TailRequest): TailRows | undefined {
  const { texts, users } = tail;
  const isCurrent = isSameSnapshot(tail.snapshot, snapshot) && users.lastVisitorNo === lastVisitorNo;
  if (!isCurrent || missingIntervals(tail, wanted).length > 0) return undefined;
  const held = wanted.intervals.map((interval) => [interval, tail.intervals.get(interval)!] as const);
  if (held.some(([, { lists, hasForeignRows }]) => hasForeignRows || (wanted.needsOrder && lists.length > 1)))
    return undefined;
  const taken = held.map(([interval, { lists }]) => [interval, lists] as const);
  return { intervals: new Map(taken), texts, users, userCount: users.list.length };
}

/**
 * Brings the tail to the moment, which is the client's snapshot, and takes from it what is wanted. Undefined where new rows could not be
 * found by an index.
 */
export async function advanceTail(
  client: PoolClient,
  given: Tail,
  moment: TailTarget,
  wanted: TailRequest,
  now: number,
): Promise<AdvancedTail | undefined> {
  const current = rowsIfCurrent(given, moment, wanted);
  if (current) return { rows: current };
  const isLater = relationTo(given, moment) === 'later';
  const months = new Set([...given.intervals.keys(), ...wanted.intervals].map(monthOf));
  const indexes = await readIndexes(client, [...months]);
  if (wanted.intervals.some((interval) => !indexes.has(monthOf(interval)))) return undefined;
  const tail = keepIndexed(isLater ? await renumber(client, given, moment) : given, indexes);
  const columns = [...new Set([...tail.columns, ...wanted.columns])];
  const codes = codesOf(tail, columns);
  const { intervals, taken } = await readRows(tail, { client, moment, wanted, codes, indexes, isLater }, now);
  const texts = new Map([...tail.texts, ...codes.texts]);
  const rows = { intervals: taken, texts, users: codes.users, userCount: codes.users.list.length };
  return isLater ? { tail: { ...tail, snapshot: moment.snapshot, columns, texts, intervals }, rows } : { rows };
}
