/** Counts generated events, so that a thread's code is compiled before its first query. */

import { type Numbers, packNumbers } from '@millrace/shared/segments/number-block';
import { dayMs } from '@millrace/shared/time/durations';
import { countGroups } from './count-groups.js';
import type { CountPlan } from './count-plan.js';
import type { Part } from './part.js';
import { type PackedBlock, unpackBlocks } from './unpack-blocks.js';

const rows = 2_048;
const eventsPerVisitor = 4;
const codes = 200;
const parts = 2;
/** Covers the kinds of blocks and widths of numbers that event columns have. */
const columns: Record<string, { as: 'codes' | 'steps' | 'jumps'; numberOf(row: number): number }> = {
  visitor: { as: 'steps', numberOf: (row) => 1 + Math.floor(row / eventsPerVisitor) * 3 },
  time: { as: 'jumps', numberOf: (row) => (row * 7_919) % dayMs },
  event_type: { as: 'codes', numberOf: (row) => 1 + Number(row % 3 === 0) },
  path: { as: 'codes', numberOf: (row) => 1 + ((row * 31) % (2 * codes)) },
  country: { as: 'codes', numberOf: (row) => 1 + (Math.floor(row / eventsPerVisitor) % codes) },
};

function packAll(): PackedBlock[] {
  return Object.values(columns).map(({ as, numberOf }) => {
    const { kind, data } = packNumbers(
      Uint32Array.from({ length: rows }, (_, row) => numberOf(row)),
      as,
    );
    return { block: [kind, 0, data.length], data, rows };
  });
}

function partOf(blocks: PackedBlock[], day: number): Part {
  const names = Object.keys(columns);
  const unpacked = unpackBlocks({ kind: 'unpack', blocks }) as Numbers[];
  const startMs = day * dayMs;
  const made = {
    rows,
    startMs,
    endMs: startMs + dayMs,
    columns: new Map(unpacked.map((list, at) => [names[at]!, list])),
  };
  // Ranges often start inside a segment.
  return day === 0 ? { ...made, windows: [dayMs / 4, dayMs] } : made;
}

const counts = {
  ...{
    withEvents: false,
    viewCode: 1,
    typeCodes: [],
    withVisitors: true,
    withViewers: false,
    withTotalVisitors: false,
  },
  numbers: [],
};

/** Totals, a top list and a series, each with and without a filter. */
function plans(): CountPlan[] {
  const bounds = Array.from({ length: parts + 1 }, (_, day) => day * dayMs + dayMs / 2);
  const keys: CountPlan['keys'][] = [
    [],
    [{ by: 'column', column: 'path', size: 2 * codes + 1 }],
    [{ by: 'time', buckets: { bounds: [0, ...bounds] }, size: parts + 1 }],
  ];
  const allowed = new Uint8Array(2 * codes + 1).fill(1, 0, codes);
  const filter: CountPlan['filter'] = {
    op: 'and',
    filters: ['country', 'path'].map((name) => ({ op: 'in', column: name, allowed })),
  };
  return keys.flatMap((each) => [
    { ...counts, keys: each },
    { ...counts, keys: each, filter },
  ]);
}

export interface WarmUpTask {
  kind: 'warmUp';
}

let packed: PackedBlock[] | undefined;

export function warmUp(_task: WarmUpTask): void {
  packed ??= packAll();
  const blocks = packed;
  const made = Array.from({ length: parts }, (_, day) => partOf(blocks, day));
  const lastVisitor = 1 + Math.floor(rows / eventsPerVisitor) * 3;
  const shared = {
    visitors: [0, Number.POSITIVE_INFINITY] as [number, number],
    ...{ lastVisitor, cancellation: new Int32Array(new SharedArrayBuffer(4)) },
  };
  for (const plan of plans()) countGroups({ kind: 'count', plan, parts: made, ...shared });
}
