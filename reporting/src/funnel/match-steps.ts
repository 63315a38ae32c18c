/** Assigns the events of one instant to the steps of a funnel. */

export interface Instant {
  isEmpty(): boolean;
  /** `event` has a bit for each step that it matches. */
  add(event: number): void;
  /**
   * The last step L such that different events of the instant can serve the steps `before` + 1 to L, one each; `before` if none can
   * serve the first of them.
   */
  servedFrom(before: number): number;
  /** Starts the next instant. */
  clear(): void;
}

/**
 * Of equal events, no more than there are steps are kept, since more cannot matter: a log without times of day has millions of events
 * at midnight.
 */
export function createInstant(steps: number): Instant {
  // Nearly all instants have one event; the list is for the others.
  let first = 0;
  let count = 0;
  let events: number[] = [];
  let counts: Map<number, number> | undefined;

  function addAnother(event: number): void {
    if (count === 1) events = [first];
    // Few instants have more events than steps, so equal events are only counted then.
    if (count >= steps) {
      counts ??= countsOf(events);
      const equal = counts.get(event) ?? 0;
      if (equal >= steps) return;
      counts.set(event, equal + 1);
    }
    count = events.push(event);
  }

  return {
    isEmpty: () => count === 0,
    add(event) {
      if (count > 0) addAnother(event);
      else [first, count] = [event, 1];
    },
    servedFrom(before) {
      if (count > 1) return matchSteps(before, steps, events);
      return before < steps && first & (1 << before) ? before + 1 : before;
    },
    clear() {
      count = 0;
      counts = undefined;
    },
  };
}

function countsOf(events: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const event of events) counts.set(event, (counts.get(event) ?? 0) + 1);
  return counts;
}

/**
 * Kuhn's algorithm for bipartite matching (H. W. Kuhn, "The Hungarian method for the assignment problem", 1955): a step that
 * finds no free event takes the event of another step that can use a different one. If that fails for a step, no assignment
 * serves it together with all steps before it.
 */
function matchSteps(before: number, steps: number, events: readonly number[]): number {
  const stepOf = new Array<number>(events.length).fill(-1);
  const serve = (step: number, tried: Set<number>): boolean =>
    events.some((event, index) => {
      if (!(event & (1 << step)) || tried.has(index)) return false;
      tried.add(index);
      if (stepOf[index] !== -1 && !serve(stepOf[index]!, tried)) return false;
      stepOf[index] = step;
      return true;
    });
  let step = before;
  while (step < steps && serve(step, new Set())) step += 1;
  return step;
}
