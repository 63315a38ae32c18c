/** Turns the users of each step into what a funnel shows: who was lost, and which part of all came through. */

export interface FunnelStep {
  name: string;
  users: number;
  /** Users lost against the step before; of the first step 0. */
  dropoff: number;
  /** Of the users of the step before, 2 decimals; null when there were none. */
  dropoff_percent: number | null;
  /** Users of this step of those of the first one, 2 decimals; null when there were none. */
  conversion_percent: number | null;
}

const percent = (part: number, whole: number) => (whole === 0 ? null : Math.round((10_000 * part) / whole) / 100);

/** `names` and `users` are of the same length. */
export function describeFunnel(names: string[], users: number[]): FunnelStep[] {
  return names.map((name, index) => {
    const here = users[index]!;
    const before = users[index - 1] ?? here;
    return {
      name,
      users: here,
      dropoff: before - here,
      dropoff_percent: percent(before - here, before),
      conversion_percent: percent(here, users[0]!),
    };
  });
}
