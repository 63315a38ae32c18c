export interface Settings {
  /** Rounds per side. */
  rounds: number;
  /** Before a server's first round; 0 for none. */
  warmUpSeconds: number;
  roundSeconds: number;
  /** Events per round for our processor, and for the baseline's. */
  drainEvents: number;
  baselineDrainEvents: number;
  freshnessSeconds: number;
  memorySeconds: number;
  /** Events of the two days to roll up. */
  smallRollEvents: number;
  largeRollEvents: number;
  /** Batches have 10,000 events. */
  inserts: { rounds: number; batchesPerRound: number };
  query: QuerySettings;
  jobs: JobsSettings;
  exports: ExportsSettings;
  /** Listeners of one site, and how long they are measured. */
  live: { listeners: number; seconds: number };
  dashboard: DashboardSettings;
}

interface DashboardSettings {
  /** Events of the site in 60 days. */
  events: number;
  /** Page loads, each with a new browser profile, and clicks on rows. */
  loads: number;
  clicks: number;
}

interface ExportsSettings {
  /** Rows of the compared exports, and of the largest file. */
  rows: number;
  allRows: number;
  /** Queries to time while nothing is exported. */
  requests: number;
  clients: number;
}

interface JobsSettings {
  /** No-op jobs per round, by the queue's backend. */
  noops: { redis: number; postgres: number };
  /** Whether each queue runs on both backends; otherwise queues alternate between them. */
  noopsOnBoth: boolean;
  aggregations: { sites: number; eventsPerSite: number };
  /** Events of the sites in 30 days, the size that has a bar, and the number of views to add one by one. */
  aggregates: { monthEvents: number[]; barEvents: number; views: number };
  /** Each schedule fires `everySeconds`, which divides a minute and `seconds`. */
  drift: { schedules: number; everySeconds: number; seconds: number };
  /** `settleSeconds` is the wait at the end for slots that one scheduler left open and another takes over. */
  once: { schedulers: number; schedules: number; seconds: number; settleSeconds: number };
}

interface QuerySettings {
  /** Otherwise only the biggest site, the one that is queried: rolling up 60 days of 40 sites is slow however few their events. */
  allSites: boolean;
  /** Events in 60 days of a smaller database, of the one to which the bars apply, and of the one for `--full-growth`. */
  smallerEvents: number;
  events: number;
  largerEvents: number;
  /** Per query. */
  requests: number;
  rawRuns: number;
  /** Fresh processes per query measured with nothing cached. */
  coldProcesses: number;
  /** How long users send queries without pause. */
  usersSeconds: number;
  /** Rounds of mixed queries over all sites. */
  memoryRounds: number;
  /** Events of the biggest site in the open interval, and how long more arrive. */
  openEvents: number;
  openSeconds: number;
  /** Time that must be left of the open interval when they are stored. */
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
  exports: { rows: 1_000_000, allRows: 5_000_000, requests: 200, clients: 1_000 },
  live: { listeners: 1_000, seconds: 20 },
  dashboard: { events: 3_800_000, loads: 40, clicks: 36 },
};

/** Only shows that every measure still runs. */
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
  exports: { rows: 5_000, allRows: 20_000, requests: 10, clients: 60 },
  live: { listeners: 20, seconds: 2 },
  dashboard: { events: 20_000, loads: 2, clicks: 2 },
};
