/** Adds up how far users got. */
import type { FunnelUser } from './walk-funnel.js';

export interface FunnelCounts {
  /** Users who reached each step. */
  users: number[];
  /** Their shortest times to each step after the first, in microseconds; place 0 is empty. */
  times: number[][];
}

export interface FunnelTally {
  whole: FunnelCounts;
  /** By what the first event that matches the first step came with; empty without a breakdown. */
  byValue: Map<number, FunnelCounts>;
}

const emptyCounts = (steps: number): FunnelCounts => ({
  users: new Array<number>(steps).fill(0),
  times: Array.from({ length: steps }, () => []),
});

function count({ users, times }: FunnelCounts, { reached, fastest }: FunnelUser): void {
  for (let step = 0; step < reached; step += 1) {
    users[step]! += 1;
    if (step > 0) times[step]!.push(fastest[step]!);
  }
}

export function createTally(steps: number, hasBreakdown: boolean): { tally: FunnelTally; add(user: FunnelUser): void } {
  const tally: FunnelTally = { whole: emptyCounts(steps), byValue: new Map() };
  return {
    tally,
    add(user) {
      count(tally.whole, user);
      if (!hasBreakdown) return;
      const ofValue = tally.byValue.get(user.value) ?? emptyCounts(steps);
      tally.byValue.set(user.value, ofValue);
      count(ofValue, user);
    },
  };
}

function addCounts(to: FunnelCounts, from: FunnelCounts): void {
  for (const [step, users] of from.users.entries()) {
    to.users[step]! += users;
    for (const time of from.times[step]!) to.times[step]!.push(time);
  }
}

/** Of tallies of different users. */
export function addTallies(tallies: FunnelTally[], steps: number): FunnelTally {
  const sum: FunnelTally = { whole: emptyCounts(steps), byValue: new Map() };
  for (const { whole, byValue } of tallies) {
    addCounts(sum.whole, whole);
    for (const [value, counts] of byValue) {
      const ofValue = sum.byValue.get(value) ?? emptyCounts(steps);
      sum.byValue.set(value, ofValue);
      addCounts(ofValue, counts);
    }
  }
  return sum;
}
