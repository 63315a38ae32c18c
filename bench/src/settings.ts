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
  /** Events of the two days that are rolled up. */
  smallRollEvents: number;
  largeRollEvents: number;
  /** Batches of 10,000 events, for each side. */
  inserts: { rounds: number; batchesPerRound: number };
  query: QuerySettings;
  jobs: JobsSettings;
}

export interface JobsSettings {
  /** Jobs that do nothing, of each round, by where the queue is. */
  noops: { redis: number; postgres: number };
  aggregations: { sites: number; eventsPerSite: number };
  drift: { schedules: number; seconds: number };
  once: { schedulers: number; schedules: number; seconds: number };
}

export interface QuerySettings {
  /** Events of 60 days: of a smaller database, of the one that bars are set for, and of a larger one when asked for. */
  smallerEvents: number;
  events: number;
  largerEvents: number;
  /** Of each query. */
  requests: number;
  rawRuns: number;
  /** Events of the biggest site in the open interval, and how long further ones arrive. */
  openEvents: number;
  openSeconds: number;
  /** What must be left of the open interval when they are filled in. */
  openReserveSeconds: number;
}

export const fullSettings: Settings = {
  rounds: 3,
  warmUpSeconds: 3,
  roundSeconds: 8,
  drainEvents: 500_000,
  baselineDrainEvents: 20_000,
  freshnessSeconds: 30,
  memorySeconds: 300,
  smallRollEvents: 100_000,
  largeRollEvents: 2_400_000,
  inserts: { rounds: 5, batchesPerRound: 12 },
  query: {
    smallerEvents: 1_000_000,
    events: 10_000_000,
    largerEvents: 50_000_000,
    requests: 100,
    rawRuns: 5,
    openEvents: 300_000,
    openSeconds: 40,
    openReserveSeconds: 180,
  },
  jobs: {
    noops: { redis: 10_000, postgres: 3_000 },
    aggregations: { sites: 100, eventsPerSite: 10_000 },
    drift: { schedules: 1_000, seconds: 60 },
    once: { schedulers: 8, schedules: 50, seconds: 120 },
  },
};

export const quickSettings: Settings = {
  rounds: 1,
  warmUpSeconds: 1,
  roundSeconds: 2,
  drainEvents: 20_000,
  baselineDrainEvents: 1_000,
  freshnessSeconds: 3,
  memorySeconds: 10,
  smallRollEvents: 5_000,
  largeRollEvents: 50_000,
  inserts: { rounds: 1, batchesPerRound: 2 },
  query: {
    smallerEvents: 20_000,
    events: 100_000,
    largerEvents: 200_000,
    requests: 20,
    rawRuns: 2,
    openEvents: 3_000,
    openSeconds: 5,
    openReserveSeconds: 30,
  },
  jobs: {
    noops: { redis: 500, postgres: 200 },
    aggregations: { sites: 5, eventsPerSite: 2_000 },
    drift: { schedules: 100, seconds: 10 },
    once: { schedulers: 2, schedules: 10, seconds: 5 },
  },
};
