/** How far each user gets in a funnel, found in one walk over their events. */
import { createInstant, servedFrom } from './serve-steps.js';

/** An event that matches at least one step. */
export interface FunnelEvent {
  user: string;
  /** Microseconds since 1970. */
  time: number;
  /** Bit i: it matches step i + 1. */
  steps: number;
}

export interface FunnelWalk {
  /** Takes the next event, in the order of users and, within one, of times. */
  add(event: FunnelEvent): void;
  /** After the last event: the users who reached each step. */
  end(): number[];
}

/**
 * A user reaches step k with k different events, each matching its step, at times t1 <= t2 <= ... <= tk, tk - t1 within the
 * window. Events of one instant have no order, so they serve successive steps in any order.
 *
 * After each instant, `starts` has for each step the start of the latest chain that has reached it. The latest start is the
 * best one, as it leaves most time; one that is too old stays so for all later events, so nothing is lost by leaving it.
 *
 * @param steps How many the funnel has, from 1 to 30.
 * @param windowMicros Longest time from the first step to the last.
 */
export function walkFunnel(steps: number, windowMicros: number): FunnelWalk {
  const users = new Array<number>(steps).fill(0);
  const starts = new Array<number>(steps + 1);
  const instant = createInstant(steps);
  let [user, time, reached]: [string | undefined, number, number] = [undefined, 0, 0];

  /** What was reached before the instant is looked at from the last step on, so that one event serves one step. */
  function takeInstant(): void {
    if (instant.events.length === 0) return;
    starts[0] = time;
    for (let before = Math.min(reached, steps - 1); before >= 0; before -= 1) {
      const start = starts[before]!;
      if (time - start > windowMicros) continue;
      const last = servedFrom(before, steps, instant.events);
      for (let step = before + 1; step <= last; step += 1) starts[step] = Math.max(starts[step]!, start);
      reached = Math.max(reached, last);
    }
    instant.clear();
  }

  function endUser(): void {
    takeInstant();
    for (let step = 0; step < reached; step += 1) users[step]! += 1;
    starts.fill(Number.NEGATIVE_INFINITY);
    reached = 0;
  }

  return {
    add(event) {
      if (event.user !== user) endUser();
      else if (event.time !== time) takeInstant();
      ({ user, time } = event);
      instant.add(event.steps);
    },
    end() {
      endUser();
      return users;
    },
  };
}
