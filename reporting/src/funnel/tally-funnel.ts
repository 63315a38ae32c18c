/** Counts how many users reached each step, and how fast. */
import { createTimeList, mergeAscending, type TimeList } from './time-list.js';
import type { FunnelUser } from './walk-funnel.js';

export interface FunnelCounts {
  /** Users who reached each step. */
  users: number[];
  /** Their shortest times to each step in microseconds, ascending; empty for the first step. */
  times: Float64Array[];
}

export interface FunnelTally {
  total: FunnelCounts;
  /** By the breakdown's value; empty without a breakdown. */
  byValue: Map<number, FunnelCounts>;
}

interface Counting {
  users: number[];
  times: TimeList[];
}

const startCounting = (steps: number): Counting => ({
  users: new Array<number>(steps).fill(0),
  times: Array.from({ length: steps }, createTimeList),
});

function count({ users, times }: Counting, { reached, fastest }: FunnelUser): void {
  for (let step = 0; step < reached; step += 1) {
    users[step]! += 1;
    if (step > 0) times[step]!.add(fastest[step]!);
  }
}

const finish = ({ users, times }: Counting): FunnelCounts => ({ users, times: times.map((list) => list.sorted()) });

export function createTally(
  steps: number,
  hasBreakdown: boolean,
): { add(user: FunnelUser): void; tally(): FunnelTally } {
  const whole = startCounting(steps);
  const byValue = new Map<number, Counting>();
  return {
    add(user) {
      count(whole, user);
      if (!hasBreakdown) return;
      const valueCounts = byValue.get(user.value) ?? startCounting(steps);
      byValue.set(user.value, valueCounts);
      count(valueCounts, user);
    },
    tally: () => ({
      total: finish(whole),
      byValue: new Map([...byValue].map(([value, counting]) => [value, finish(counting)])),
    }),
  };
}

const addCounts = (left: FunnelCounts, right: FunnelCounts): FunnelCounts => ({
  users: left.users.map((users, step) => users + right.users[step]!),
  times: left.times.map((times, step) => mergeAscending(times, right.times[step]!)),
});

/** The tallies must be of different users; at least one is required. */
export function addTallies(tallies: FunnelTally[]): FunnelTally {
  const [first, ...others] = tallies as [FunnelTally, ...FunnelTally[]];
  let { total } = first;
  const byValue = new Map(first.byValue);
  for (const other of others) {
    total = addCounts(total, other.total);
    for (const [value, counts] of other.byValue) {
      const existing = byValue.get(value);
      byValue.set(value, existing ? addCounts(existing, counts) : counts);
    }
  }
  return { total, byValue };
}
