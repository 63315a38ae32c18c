/** Durations and amounts: of a run for real figures, and of a quick trial that only shows that every measure still runs. */

export interface Settings {
  /** Rounds of each side, taken in turns. */
  rounds: number;
  /** Of each server before its first round; none when 0. */
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
  exports: ExportsSettings;
  /** Who watch one site, and how long they are measured. */
  live: { listeners: number; seconds: number };
  dashboard: DashboardSettings;
}

export interface DashboardSettings {
  /** Of the site that is looked at, in 60 days. */
  events: number;
  /** Pages that are loaded, each by a new browser profile, and clicks on rows. */
  loads: number;
  clicks: number;
}

export interface ExportsSettings {
  /** Rows whose rate is compared, and rows of the largest file. */
  rows: number;
  allRows: number;
  /** Answers that are timed while nothing is exported. */
  requests: number;
  askers: number;
}

export interface JobsSettings {
  /** Jobs that do nothing, of each round, by where the queue is. */
  noops: { redis: number; postgres: number };
  /** Jobs that do nothing of each queue on both backends; without it the queues take turns. */
  noopsOnBoth: boolean;
  aggregations: { sites: number; eventsPerSite: number };
  /** Events of a site's month, the one that a bar is set for, and how many views are added one after the other. */
  aggregates: { monthEvents: number[]; barEvents: number; views: number };
  /** Each schedule fires `everySeconds`, which divides a minute and `seconds`. */
  drift: { schedules: number; everySeconds: number; seconds: number };
  /** `settleSeconds`: how long to wait at the end for slots that a scheduler left open, which another takes over. */
  once: { schedulers: number; schedules: number; seconds: number; settleSeconds: number };
}

export interface QuerySettings {
  /** Without it only the biggest, about which is asked: rolling up 60 days of 40 sites takes a while however few their events. */
  allSites: boolean;
  /** Events of 60 days: of a smaller database, of the one that bars are set for, and of a larger one when asked for. */
  smallerEvents: number;
  events: number;
  largerEvents: number;
  /** Of each query. */
  requests: number;
  rawRuns: number;
  /** Install and ask ClickHouse and DuckDB, so often each query. */
  engines: boolean;
  engineRuns: number;
  /** Processes that are asked their first question, for each query that is asked of such. */
  coldProcesses: number;
  /** How long users ask without pause. */
  usersSeconds: number;
  /** Of mixed questions over all sites. */
  memoryRounds: number;
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
    allSites: true,
    smallerEvents: 1_000_000,
    events: 10_000_000,
    largerEvents: 50_000_000,
    requests: 100,
    rawRuns: 5,
    engines: true,
    engineRuns: 20,
    coldProcesses: 12,
    usersSeconds: 30,
    memoryRounds: 15,
    openEvents: 300_000,
    openSeconds: 40,
    openReserveSeconds: 180,
  },
  jobs: {
    noops: { redis: 10_000, postgres: 3_000 },
    noopsOnBoth: true,
    aggregations: { sites: 100, eventsPerSite: 10_000 },
    aggregates: { monthEvents: [300_000, 3_000_000, 10_000_000], barEvents: 3_000_000, views: 5 },
    drift: { schedules: 1_000, everySeconds: 10, seconds: 60 },
    once: { schedulers: 8, schedules: 50, seconds: 120, settleSeconds: 16 },
  },
  exports: { rows: 1_000_000, allRows: 5_000_000, requests: 200, askers: 1_000 },
  live: { listeners: 1_000, seconds: 20 },
  dashboard: { events: 3_800_000, loads: 40, clicks: 36 },
};

export const quickSettings: Settings = {
  rounds: 1,
  warmUpSeconds: 0,
  roundSeconds: 1,
  drainEvents: 10_000,
  baselineDrainEvents: 500,
  freshnessSeconds: 2,
  memorySeconds: 3,
  smallRollEvents: 5_000,
  largeRollEvents: 20_000,
  inserts: { rounds: 1, batchesPerRound: 2 },
  query: {
    allSites: false,
    smallerEvents: 5_000,
    events: 20_000,
    largerEvents: 40_000,
    requests: 10,
    rawRuns: 1,
    engines: false,
    engineRuns: 1,
    coldProcesses: 1,
    usersSeconds: 1,
    memoryRounds: 1,
    openEvents: 1_000,
    openSeconds: 2,
    openReserveSeconds: 10,
  },
  jobs: {
    noops: { redis: 100, postgres: 50 },
    noopsOnBoth: false,
    aggregations: { sites: 2, eventsPerSite: 300 },
    aggregates: { monthEvents: [2_000, 4_000], barEvents: 4_000, views: 2 },
    drift: { schedules: 20, everySeconds: 2, seconds: 2 },
    once: { schedulers: 2, schedules: 5, seconds: 2, settleSeconds: 1 },
  },
  exports: { rows: 5_000, allRows: 20_000, requests: 10, askers: 60 },
  live: { listeners: 20, seconds: 2 },
  dashboard: { events: 20_000, loads: 2, clicks: 2 },
};
