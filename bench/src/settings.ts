/** Turns the wish for real figures or for a quick trial into durations and amounts. */

export interface Settings {
  /** Rounds of each side, taken in turns. */
  rounds: number;
  warmUpSeconds: number;
  roundSeconds: number;
  /** Events that our processor drains in one round, and the baseline's. */
  drainEvents: number;
  baselineDrainEvents: number;
  freshnessSeconds: number;
  memorySeconds: number;
}

export const fullSettings: Settings = {
  rounds: 3,
  warmUpSeconds: 3,
  roundSeconds: 8,
  drainEvents: 500_000,
  baselineDrainEvents: 20_000,
  freshnessSeconds: 30,
  memorySeconds: 300,
};

export const quickSettings: Settings = {
  rounds: 1,
  warmUpSeconds: 1,
  roundSeconds: 2,
  drainEvents: 20_000,
  baselineDrainEvents: 1_000,
  freshnessSeconds: 3,
  memorySeconds: 10,
};
