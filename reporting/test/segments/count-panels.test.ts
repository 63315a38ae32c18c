/** Panels that share gathered rows count the same as each panel on its own. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { createRandom, type Random } from '@millrace/shared/testing/create-random';
import { expect, it } from 'vitest';
import { countGroups, type GroupCounts } from '../../src/segments/count-groups.js';
import type { CountedNumbers } from '../../src/segments/count-numbers.js';
import { type CountedPanel, countPanels } from '../../src/segments/count-panels.js';
import type { CountPlan } from '../../src/segments/count-plan.js';
import type { GroupKey } from '../../src/segments/group-rows.js';
import { CancelledError, type Part } from '../../src/segments/part.js';
import type { FilterPlan } from '../../src/segments/select-rows.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const day = 86_400_000;
const lastVisitor = 50;
const columns = ['path', 'event_type', 'browser'];
const codes = 6;

const running = () => new Int32Array(new SharedArrayBuffer(4));
const list = (rows: number, value: () => number) => Uint32Array.from({ length: rows }, value);

/** The width of a column differs between parts, as in segments, and some parts lack a column. */
function randomPart(at: number, days: number): Part {
  const rows = 1 + random.below(40);
  const own = new Map<string, Numbers>();
  for (const column of columns) {
    const numbers = list(rows, () => random.below(codes));
    if (random() < 0.8) own.set(column, random() < 0.5 ? Uint8Array.from(numbers) : Uint16Array.from(numbers));
  }
  own.set(
    'visitor',
    list(rows, () => random.below(lastVisitor + 1)).sort((a, b) => a - b),
  );
  own.set(
    'time',
    list(rows, () => random.below(days * day)),
  );
  return { rows, startMs: at * days * day, columns: own };
}

function randomKey(spanMs: number): GroupKey {
  if (random() < 0.3) {
    const step = Math.ceil(spanMs / 7 / day) * day;
    return { by: 'time', buckets: { bounds: [0, 1, 2, 3, 4, 5, 6, 7].map((place) => place * step) }, size: 7 };
  }
  return { by: 'column', column: random.pick(columns), size: codes };
}

const randomFilter = (): FilterPlan => ({
  op: 'in',
  column: random.pick([...columns, 'visitor']),
  allowed: Uint8Array.from({ length: lastVisitor + 1 }, () => (random() < 0.6 ? 1 : 0)),
});

/** Some of the codes are numbers. */
const ranks = Uint32Array.of(0, 2, 0, 1, 3, 2);
const prices = BigInt64Array.of(0n, -5n, 0n, 7n);

const randomPlan = (spanMs: number): CountPlan => ({
  keys: Array.from({ length: random.below(3) }, () => randomKey(spanMs)),
  ...(random() < 0.4 && { filter: randomFilter() }),
  withEvents: true,
  viewCode: 1,
  typeCodes: random() < 0.5 ? [2] : [],
  withVisitors: random() < 0.7,
  withViewers: random() < 0.5,
  withTotalVisitors: random() < 0.5,
  numbers:
    random() < 0.5 ? [{ column: random.pick(columns), ranks, values: prices, withFrequencies: random() < 0.5 }] : [],
});

function both(left: FilterPlan | undefined, right: FilterPlan | undefined): { filter?: FilterPlan } {
  const filters = [left, right].filter((filter) => filter !== undefined);
  return filters.length > 0 ? { filter: { op: 'and', filters } } : {};
}

function numbersAt({ counts, least, most, sums, frequencies }: CountedNumbers, group: number) {
  const [start, end] = [frequencies?.starts[group], frequencies?.starts[group + 1]];
  const often = frequencies && [frequencies.ranks.slice(start, end), frequencies.counts.slice(start, end)];
  return [counts[group], least[group], most[group], sums?.[group], often];
}

/** Groups sorted by their keys, since their order is not defined. */
function byKeys({ keys, totalVisitors, typeCounts, numberStats, visitStats: _ofVisits, ...counts }: GroupCounts) {
  const groups = Array.from(counts.events, (_, at) => [
    keys.map((values) => values[at]!).join(' '),
    typeCounts.map((counted) => counted[at]),
    numberStats.map((counted) => numbersAt(counted, at)),
    Object.values(counts as Record<string, Uint32Array>).map((counted) => counted[at]),
  ]);
  return { totalVisitors, groups: groups.sort((a, b) => String(a[0]).localeCompare(String(b[0]))) };
}

function compareOnce(random: Random): void {
  // Long enough that a single part could not hold the time of all rows.
  const days = random.pick([1, 30]);
  const parts = Array.from({ length: 1 + random.below(6) }, (_, at) => randomPart(at, days));
  const common = random() < 0.7 ? randomFilter() : undefined;
  const panels = Array.from({ length: 1 + random.below(6) }, () => randomPlan(parts.length * days * day));
  const visitors = random.pick<[number, number]>([
    [0, Number.POSITIVE_INFINITY],
    [0, 20],
    [20, Number.POSITIVE_INFINITY],
  ]);
  const shared = { parts, visitors, lastVisitor, cancellation: running() };
  const counted: CountedPanel[] = [];
  const count = countPanels({ kind: 'panels', panels, ...shared, ...(common && { filter: common }) }, (piece) =>
    counted.push(piece),
  );
  expect(count).toBe(panels.length);
  expect(counted.map(({ panel }) => panel)).toEqual([...panels.keys()]);
  for (const [at, { filter, ...plan }] of panels.entries()) {
    const alone = countGroups({ kind: 'count', ...shared, plan: { ...plan, ...both(common, filter) } });
    expect(byKeys(counted[at]!.groups), `seed ${seed}`).toEqual(byKeys(alone));
  }
}

it('counts the same for each panel as for that panel alone', () => {
  for (let times = 0; times < 300; times += 1) compareOnce(random);
});

const minute = 60_000;

/** Views of visitor 1 at the given minutes. */
const viewsAt = (startMs: number, minutes: number[], windows?: number[]): Part => ({
  ...{ rows: minutes.length, startMs, ...(windows && { windows }) },
  columns: new Map<string, Numbers>([
    ['visitor', list(minutes.length, () => 1)],
    ['time', Uint32Array.from(minutes, (at) => at * minute - startMs)],
    ['event_type', list(minutes.length, () => 1)],
  ]),
});

it('counts a visit once when parts are ordered by their windows and not by their starts', () => {
  // Late events replaced the first hour of the segment, and are in a separate segment.
  const parts = [viewsAt(0, [5, 61, 110], [60 * minute, 120 * minute]), viewsAt(15 * minute, [20, 58])];
  const visits = {
    ...{ gapMicros: 30 * minute * 1_000, viewCode: 1, passiveCodes: [], columns: [] },
    ...{ range: [0, day] as [number, number], isCounted: true, withMedian: false },
  };
  const plan = { ...randomPlan(day), keys: [], visits, withEvents: true };
  delete plan.filter;
  const shared = { parts, visitors: [0, Number.POSITIVE_INFINITY] as [number, number], lastVisitor };
  const counted: CountedPanel[] = [];
  countPanels({ kind: 'panels', panels: [plan], visits, cancellation: running(), ...shared }, (piece) =>
    counted.push(piece),
  );
  const alone = countGroups({ kind: 'count', plan, cancellation: running(), ...shared });
  for (const { visitStats } of [counted[0]!.groups, alone]) {
    expect([visitStats!.visits, visitStats!.views].map((numbers) => [...numbers])).toEqual([[3], [4]]);
  }
});

it('stops between two panels once the query is cancelled', () => {
  const cancellation = running();
  const panels = [randomPlan(day), randomPlan(day), randomPlan(day)];
  const counted: number[] = [];
  const task = { kind: 'panels' as const, panels, parts: [randomPart(0, 1)], lastVisitor, cancellation };
  const count = () =>
    countPanels({ ...task, visitors: [0, Number.POSITIVE_INFINITY] }, ({ panel }) => {
      counted.push(panel);
      if (panel === 1) Atomics.store(cancellation, 0, 1);
    });
  expect(count).toThrow(CancelledError);
  expect(counted).toEqual([0, 1]);
});
