/** Advances a site's tail from one snapshot to a later one by reading only the new rows. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { monthOf, rangesOf } from '@millrace/shared/segments/interval-ranges';
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
import { readIndexes, readIntervals, readNewRows, readVisitorNumbers } from './tail-statements.js';

export interface AdvancedTail {
  /** The tail at the target; undefined when the given one was already ahead of it. */
  tail?: Tail;
  rows: TailRows;
}

/** Replaces the provisional numbers of users who have got a visitor number since. */
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

type RowLists = readonly SortedRows[];
type Lists = Map<number, RowLists>;

function add(lists: Lists, gathered: ReadonlyMap<number, SortedRows>): void {
  for (const [interval, rows] of gathered) {
    if (rows.count > 0) lists.set(interval, addRows(lists.get(interval) ?? [], rows));
  }
}

/** All events of some intervals that are visible in the client's snapshot. */
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

/** The events that are visible in the client's snapshot but not in `since`. */
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

/** The rows whose transaction is visible in a snapshot, or those whose transaction is not. */
const filterVisible = (lists: RowLists, snapshot: Snapshot, wantsVisible: boolean): RowLists =>
  lists
    .filter(({ newestTxid }) => wantsVisible || newestTxid >= snapshot.xmin)
    .map((rows) =>
      wantsVisible && rows.newestTxid < snapshot.xmin
        ? rows
        : filterRows(rows, (txid) => isVisible(snapshot, txid) === wantsVisible),
    )
    .filter(({ count }) => count > 0);

const addLists = (lists: RowLists, more: RowLists): RowLists =>
  more.reduce<RowLists>((all, rows) => addRows(all, rows), lists);

const mergeLists = (lists: RowLists): RowLists =>
  lists.length < 2 ? lists : [lists.reduceRight((all, rows) => mergeRows(rows, all))];

/** Drops the intervals whose partition no longer has the same index. */
function keepIndexed(tail: Tail, indexes: ReadonlyMap<string, string>): Tail {
  const intervals = [...tail.intervals].filter(([number, { index }]) => indexes.get(monthOf(number)) === index);
  return { ...tail, intervals: new Map(intervals) };
}

interface AdvanceContext {
  client: PoolClient;
  target: TailTarget;
  request: TailRequest;
  codes: RowCodes;
  indexes: ReadonlyMap<string, string>;
  isBehind: boolean;
}

/** Advances one interval to the target; `all` are its rows for the query. */
function advanceInterval(
  before: TailInterval | undefined,
  fresh: RowLists,
  { target: { snapshot }, isBehind }: AdvanceContext,
  needsOrder: boolean,
): Pick<TailInterval, 'lists' | 'hasForeignRows'> & { all: RowLists } {
  const held = before?.lists ?? [];
  const visible = addLists(isBehind ? held : filterVisible(held, snapshot, true), filterVisible(fresh, snapshot, true));
  const lists = needsOrder ? mergeLists(visible) : visible;
  // Rows that were read although their transaction id is not visible in the snapshot come from another server, or the snapshot is
  // from
  // a standby and incomplete. They are not kept: every query reads them.
  const foreign = filterVisible(fresh, snapshot, false);
  const all = [...lists, ...foreign];
  return { lists, hasForeignRows: foreign.length > 0, all: needsOrder ? mergeLists(all) : all };
}

async function readRows(tail: Tail, context: AdvanceContext, now: number) {
  const { client, target, request, codes, indexes, isBehind } = context;
  const missing = missingIntervals(tail, request);
  const whole = await readWholeIntervals(client, target.siteId, missing, codes);
  const held = [...tail.intervals].filter(([interval]) => !whole.has(interval));
  const since = isBehind ? tail.snapshot : target.snapshot;
  const isCurrent =
    isSameSnapshot(tail.snapshot, target.snapshot) && held.every(([, { hasForeignRows }]) => !hasForeignRows);
  const changing = isCurrent ? [] : held.map(([interval]) => interval);
  const added = await readNewEvents(client, target.siteId, since, changing, codes);
  const intervals = new Map<number, TailInterval>();
  const requestedRows = new Map<number, RowLists>();
  for (const [interval, before] of [...held, ...missing.map((each) => [each, undefined] as const)]) {
    const isRequested = request.intervals.includes(interval);
    const fresh = added.get(interval) ?? whole.get(interval) ?? [];
    const { all, ...rows } = advanceInterval(before, fresh, context, isRequested && request.needsOrder);
    const index = indexes.get(monthOf(interval))!;
    const lastUsedAt = isRequested || !before ? now : before.lastUsedAt;
    intervals.set(interval, { ...rows, columns: before?.columns ?? codes.columns, index, lastUsedAt });
    if (isRequested) requestedRows.set(interval, all);
  }
  return { intervals, requestedRows };
}

/** Undefined when rows have to be read. */
function rowsIfCurrent(
  tail: Tail,
  { snapshot, lastVisitorNo }: TailTarget,
  request: TailRequest,
): TailRows | undefined {
  const { texts, users } = tail;
  const isCurrent = isSameSnapshot(tail.snapshot, snapshot) && users.lastVisitorNo === lastVisitorNo;
  if (!isCurrent || missingIntervals(tail, request).length > 0) return undefined;
  const held = request.intervals.map((interval) => [interval, tail.intervals.get(interval)!] as const);
  if (held.some(([, { lists, hasForeignRows }]) => hasForeignRows || (request.needsOrder && lists.length > 1)))
    return undefined;
  const requestedRows = held.map(([interval, { lists }]) => [interval, lists] as const);
  return { intervals: new Map(requestedRows), texts, users, userCount: users.list.length };
}

/**
 * Advances the tail to the target, which must be the client's snapshot, and returns the requested rows. Undefined when there is
 * no index to find new rows with.
 */
export async function advanceTail(
  client: PoolClient,
  given: Tail,
  target: TailTarget,
  request: TailRequest,
  now: number,
): Promise<AdvancedTail | undefined> {
  const current = rowsIfCurrent(given, target, request);
  if (current) return { rows: current };
  const isBehind = relationTo(given, target) === 'behind';
  const months = new Set([...given.intervals.keys(), ...request.intervals].map(monthOf));
  const indexes = await readIndexes(client, [...months]);
  if (request.intervals.some((interval) => !indexes.has(monthOf(interval)))) return undefined;
  const tail = keepIndexed(isBehind ? await renumber(client, given, target) : given, indexes);
  const columns = [...new Set([...tail.columns, ...request.columns])];
  const codes = codesOf(tail, columns);
  const { intervals, requestedRows } = await readRows(tail, { client, target, request, codes, indexes, isBehind }, now);
  const texts = new Map([...tail.texts, ...codes.texts]);
  const rows = { intervals: requestedRows, texts, users: codes.users, userCount: codes.users.list.length };
  return isBehind ? { tail: { ...tail, snapshot: target.snapshot, columns, texts, intervals }, rows } : { rows };
}
