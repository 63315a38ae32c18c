/** Finds how far each user gets in a funnel, in one pass over their events. */
import { createInstant } from './match-steps.js';

export interface FunnelRules {
  /** Number of steps, from 1 to 30. */
  steps: number;
  /** Longest time from the first step to the last. */
  windowMicros: number;
  /** First steps only count before this time, in microseconds since 1970. */
  startsBefore: number;
}

/** A user, or a visit, that reached the first step. */
export interface FunnelUser {
  /** The last step that was reached, from 1. */
  reached: number;
  /** Shortest time from the first step to each step, in microseconds; index 1 is the second step. */
  fastest: readonly number[];
  /** The breakdown's value at the first event that matches the first step. */
  value: number;
}

export interface FunnelWalk {
  /**
   * Takes the next event that matches a step; events are ordered by user and then by time. `time` is in microseconds since 1970; bit i
   * of `matched` is set if the event matches step i + 1.
   */
  add(user: number | string, time: number, matched: number, value: number): void;
  /** To be called after the last event. */
  end(): void;
}

/**
 * A user reaches step k with k different events, each matching its step, at times t1 <= t2 <= ... <= tk, with tk - t1 within the
 * window. Events of one instant have no order, so they may serve successive steps in any order.
 *
 * After each instant, `starts` holds for each step the start of the latest chain that has reached it. The latest start is the
 * best one, since it leaves the most time; a start that is too old stays too old for all later events, so it can be dropped.
 */
export function walkFunnel(rules: FunnelRules, onUser: (user: FunnelUser) => void): FunnelWalk {
  const { steps, windowMicros, startsBefore } = rules;
  const starts = new Array<number>(steps + 1).fill(Number.NEGATIVE_INFINITY);
  const fastest = new Array<number>(steps).fill(Number.POSITIVE_INFINITY);
  const instant = createInstant(steps);
  let [user, time, reached, value]: [number | string | undefined, number, number, number] = [undefined, 0, 0, -1];

  /** Goes through the steps from the last to the first, so that one event serves only one step. */
  function finishInstant(): void {
    if (instant.isEmpty()) return;
    starts[0] = time < startsBefore ? time : Number.NEGATIVE_INFINITY;
    for (let before = Math.min(reached, steps - 1); before >= 0; before -= 1) {
      const start = starts[before]!;
      if (time - start > windowMicros) continue;
      const last = instant.servedFrom(before);
      for (let step = before + 1; step <= last; step += 1) {
        starts[step] = Math.max(starts[step]!, start);
        fastest[step - 1] = Math.min(fastest[step - 1]!, time - start);
      }
      reached = Math.max(reached, last);
    }
    instant.clear();
  }

  function endUser(): void {
    finishInstant();
    if (reached > 0) onUser({ reached, fastest, value });
    starts.fill(Number.NEGATIVE_INFINITY);
    fastest.fill(Number.POSITIVE_INFINITY);
    reached = 0;
    value = -1;
  }

  return {
    add(nextUser, nextTime, matched, nextValue) {
      if (nextUser !== user) endUser();
      else if (nextTime !== time) finishInstant();
      user = nextUser;
      time = nextTime;
      if (value === -1 && matched & 1 && time < startsBefore) value = nextValue;
      instant.add(matched);
    },
    end: endUser,
  };
}
