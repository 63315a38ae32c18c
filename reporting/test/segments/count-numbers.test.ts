/** Compares the numbers that threads count by code with a plain count over the texts. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { expect, it } from 'vitest';
import type { NumberMetric } from '../../src/query/resolved-query.js';
import { countGroups } from '../../src/segments/count-groups.js';
import type { CountPlan } from '../../src/segments/count-plan.js';
import type { ColumnValues } from '../../src/segments/dictionaries.js';
import { mergeGroups } from '../../src/segments/merge-groups.js';
import { numberTable, valuesToAdd } from '../../src/segments/number-table.js';
import { numberValues } from '../../src/segments/number-values.js';
import { type Part, partOfVisitors } from '../../src/segments/part.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const [column, lastVisitor] = ['property:n', 40];

const plain = [
  '0',
  '-0.00',
  '007',
  '7',
  '1.50',
  '1.5',
  '+5',
  '-3',
  '10.010',
  'ten',
  '',
  '1e3',
  ' 1',
  '0.000001',
  '12.',
];
const wide = ['9007199254740993', '-9223372036854775808', '99999999999999999999.5', `1${'0'.repeat(90)}`];

function valuesOf(stored: string[], added: string[]): ColumnValues {
  const all = [...stored, ...added];
  return {
    ...{ column, stored: stored.length, texts: stored, added },
    size: () => all.length,
    textOf: (code) => all[code - 1] ?? null,
    codeOf: (text) => all.indexOf(text) + 1,
  };
}

function randomPart(codes: number): Part {
  const rows = 1 + random.below(60);
  const list = (below: number) => Uint32Array.from({ length: rows }, () => random.below(below));
  const columns = new Map([
    ['visitor', list(lastVisitor + 1).sort()],
    ['path', list(5)],
  ]);
  if (random() < 0.9) columns.set(column, list(codes));
  return { rows, startMs: 0, columns };
}

/** All numbers in the rows of each path, as text. */
function numbersByPath(parts: Part[], values: ColumnValues): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const { rows, columns } of parts) {
    for (let row = 0; row < rows; row += 1) {
      const path = columns.get('path')![row]!;
      const text = values.textOf(columns.get(column)?.[row] ?? 0);
      const isNumber = text !== null && /^[+-]?[0-9]+([.][0-9]+)?$/.test(text);
      found.set(path, [...(found.get(path) ?? []), ...(isNumber ? [text] : [])]);
    }
  }
  return found;
}

const places = 10n ** 6n;
/** In millionths: no text has more decimals. */
function millionths(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const size = BigInt(whole) * places + BigInt(fraction.padEnd(6, '0'));
  return text.startsWith('-') ? -size : size;
}
function digits(value: bigint): string {
  const size = value < 0n ? -value : value;
  const text = `${size / places}.${String(size % places).padStart(6, '0')}`.replace(/\.?0+$/, '');
  return value < 0n ? `-${text}` : text;
}

function naive(texts: string[]): Record<string, string | null> {
  const sorted = texts.map(millionths).sort((a, b) => (a < b ? -1 : Number(a > b)));
  const count = BigInt(sorted.length);
  if (count === 0n) return Object.fromEntries(measures.map((name) => [name, null]));
  const sum = sorted.reduce((all, value) => all + value, 0n);
  const twice = 2n * (sum < 0n ? -sum : sum) + count;
  const average = (sum < 0n ? -1n : 1n) * (twice / (2n * count));
  const rank = (percent: number) => sorted.findIndex((_, at) => 100 * (at + 1) >= percent * sorted.length);
  return {
    ...{ sum: digits(sum), average: digits(average), minimum: digits(sorted[0]!), maximum: digits(sorted.at(-1)!) },
    ...Object.fromEntries([1, 50, 90, 99].map((percent) => [`p${percent}`, digits(sorted[rank(percent)]!)])),
  };
}
const measures = ['sum', 'average', 'minimum', 'maximum', 'p1', 'p50', 'p90', 'p99'];

function compareOnce(texts: string[]): void {
  const split = random.below(texts.length + 1);
  const mixed = [...texts].sort(() => random() - 0.5);
  const [stored, added] = [mixed.slice(0, split), mixed.slice(split)];
  const values = valuesOf(stored, added);
  const table = numberTable(values);
  const parts = Array.from({ length: 1 + random.below(4) }, () => randomPart(values.size() + 1));
  const plan: CountPlan = {
    keys: [{ by: 'column', column: 'path', size: 5 }],
    ...{ typeCodes: [], withEvents: true, withVisitors: false, withViewers: false, withTotalVisitors: false },
    numbers: [{ column, ranks: table.ranks, values: valuesToAdd(table, 1_000), withFrequencies: true }],
  };
  const bounds = [0, ...[random.below(lastVisitor), random.below(lastVisitor)].sort((a, b) => a - b)].slice(
    0,
    1 + random.below(3),
  );
  const cancellation = new Int32Array(new SharedArrayBuffer(4));
  const shares = bounds.map((from, at) => {
    const visitors: [number, number] = [from, bounds[at + 1] ?? Number.POSITIVE_INFINITY];
    const own = parts.map((part) => partOfVisitors(part, visitors));
    return countGroups({ kind: 'count', plan, parts: own, visitors, lastVisitor, cancellation });
  });
  const groups = mergeGroups(shares);
  const ofGroups = numberValues([{ column, counted: groups.numberStats[0]!, table }]);
  const found = Array.from(groups.keys[0]!, (path, group) => {
    const texts = measures.map((name) => [name, ofGroups.textOf(`${name}:${column}` as NumberMetric, group)]);
    return [path, Object.fromEntries(texts)] as const;
  });
  const expected = [...numbersByPath(parts, values)].map(([path, numbers]) => [path, naive(numbers)] as const);
  expect(new Map(found), `seed ${seed}, ${JSON.stringify({ stored, added, bounds })}`).toEqual(new Map(expected));
}

it('matches plain arithmetic, however many threads share the visitors', () => {
  for (let round = 0; round < 150; round += 1) compareOnce(plain);
});

it('counts numbers that do not fit in 64 bits', () => {
  for (let round = 0; round < 150; round += 1) compareOnce([...plain, ...wide]);
});

it('adds up in 64 bits only if every sum fits', () => {
  const table = numberTable(valuesOf(['9007199254740992', '-1'], []));
  expect(valuesToAdd(table, 1_022)).toBeInstanceOf(BigInt64Array);
  expect(valuesToAdd(table, 1_024)).toEqual([0n, -1n, 9_007_199_254_740_992n]);
});

it('reports the result as incomplete exactly when it counts a number that is too long', () => {
  const values = valuesOf(['1', '2'.repeat(101)], []);
  const table = numberTable(values);
  const partWith = (code: number): Part => ({ rows: 1, startMs: 0, columns: new Map([[column, Uint8Array.of(code)]]) });
  const plan: CountPlan = {
    ...{ keys: [], typeCodes: [], withEvents: true, withVisitors: false, withViewers: false, withTotalVisitors: false },
    numbers: [{ column, ranks: table.ranks, withFrequencies: true }],
  };
  const isIncomplete = (code: number) => {
    const cancellation = new Int32Array(new SharedArrayBuffer(4));
    const task = { kind: 'count' as const, plan, parts: [partWith(code)], lastVisitor, cancellation };
    return countGroups({ ...task, visitors: [0, Number.POSITIVE_INFINITY] }).numberStats[0]!.isIncomplete;
  };
  expect([isIncomplete(0), isIncomplete(1), isIncomplete(2)]).toEqual([false, false, true]);
});
