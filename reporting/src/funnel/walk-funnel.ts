/** How far each user gets in a funnel, found in one walk over their events. */
import { createInstant } from './serve-steps.js';

export interface FunnelRules {
  /** How many the funnel has, from 1 to 30. */
  steps: number;
  /** Longest time from the first step to the last. */
  windowMicros: number;
  /** First steps count before this time only, in microseconds since 1970. */
  startsBefore: number;
}

/** What became of a user, or of a visit, that reached the first step. */
export interface FunnelUser {
  /** The last step that was reached, from 1 on. */
  reached: number;
  /** Shortest time from the first step to each step, in microseconds: place 1 is of the second step. */
  fastest: readonly number[];
  /** What the first event that matches the first step came with. */
  value: number;
}

export interface FunnelWalk {
  /**
   * Takes the next event that matches a step, in the order of users and, within one, of times. `time` is in microseconds since 1970;
   * bit i of `matched` says that the event matches step i + 1.
   */
  add(user: number | string, time: number, matched: number, value: number): void;
  /** After the last event. */
  end(): void;
}

/**
 * A user reaches step k with k different events, each matching its step, at times t1 <= t2 <= ... <= tk, tk - t1 within the
 * window. Events of one instant have no order, so they serve successive steps in any order.
 *
 * After each instant, `starts` has for each step the start of the latest chain that has reached it. The latest start is the
 * best one, as it leaves most time; one that is too old stays so for all later events, so nothing is lost by leaving it.
 */
export function walkFunnel(rules: FunnelRules, onUser: (user: FunnelUser) => void): FunnelWalk {
  const { steps, windowMicros, startsBefore } = rules;
  const starts = new Array<number>(steps + 1).fill(Number.NEGATIVE_INFINITY);
  const fastest = new Array<number>(steps).fill(Number.POSITIVE_INFINITY);
  const instant = createInstant(steps);
  let [user, time, reached, value]: [number | string | undefined, number, number, number] = [undefined, 0, 0, -1];

  /** What was reached before the instant is looked at from the last step on, so that one event serves one step. */
  function takeInstant(): void {
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
    takeInstant();
    if (reached > 0) onUser({ reached, fastest, value });
    starts.fill(Number.NEGATIVE_INFINITY);
    fastest.fill(Number.POSITIVE_INFINITY);
    reached = 0;
    value = -1;
  }

  return {
    add(nextUser, nextTime, matched, itsValue) {
      if (nextUser !== user) endUser();
      else if (nextTime !== time) takeInstant();
      user = nextUser;
      time = nextTime;
      if (value === -1 && matched & 1 && time < startsBefore) value = itsValue;
      instant.add(matched);
    },
    end: endUser,
  };
}
