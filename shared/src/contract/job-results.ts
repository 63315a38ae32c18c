/** The result of each job, as types and Joi schemas. */
import Joi from 'joi';

export interface EventIngestResult {
  events: number;
}

/** The result of a job for all sites, from its child jobs. */
export interface FanOutResult {
  /** Ids of the sites. */
  done: string[];
  failed: { site_id: string; reason: string }[];
  /** Sites with nothing to do, or for which another job was already running. */
  skipped: { site_id: string; reason: string }[];
}

export type RollResult = { skipped: string } | { intervals: number; days: number; rows: number; ms: number };

/** Rows written, by table. */
export type RowsResult = { skipped: string } | { rows: Record<string, number>; ms: number };

export interface CleanupResult {
  /** Number removed, by kind. */
  removed: Record<string, number>;
  /** Old enough to be removed, but kept. */
  kept: { what: string; reason: string }[];
}

export interface WarmingResult {
  warmed: string[];
  failed: { key: string; reason: string }[];
  /** Keys that another job, in this or another process, was already warming. */
  skipped: string[];
  ms: number;
}

/** Size of a file that a job wrote. */
export interface FileResult {
  rows: number;
  bytes: number;
  ms: number;
}

export type ExportResult = { skipped: string } | ({ exportId: string } & FileResult);

/** The reports that a job started, one for each of its sites. */
export type ReportsResult = { skipped: string } | FanOutResult | { reportIds: string[]; ms: number };

export type SiteReportResult = { skipped: string } | ({ reportId: string } & FileResult);

/** Number of recipients by outcome; only the delivery ledger contains who they are. */
export type DeliverResult =
  | { skipped: string }
  | { reportId: string; sent: number; failed: number; unknown: number; ms: number };

/** Fields that do not count as work: duration, what was skipped, and cache warming. */
const routine = new Set(['ms', 'skipped', 'warmed']);

/** True if a job found nothing to do: all counts of its result are 0 and all lists are empty. */
export function didNothing(result: unknown): boolean {
  if (typeof result === 'number') return result === 0;
  if (Array.isArray(result)) return result.length === 0;
  if (typeof result !== 'object' || result === null) return false;
  return Object.entries(result).every(([name, value]) => routine.has(name) || didNothing(value));
}

const count = Joi.number().integer().min(0).required();
const reasons = Joi.array().items({ site_id: Joi.string(), reason: Joi.string() });
const fanOut = Joi.object({ done: Joi.array().items(Joi.string()), failed: reasons, skipped: reasons });
const skipped = Joi.object({ skipped: Joi.string().required() });

export const events = Joi.object<EventIngestResult>({ events: count });
export const roll = Joi.alternatives(
  skipped,
  fanOut,
  Joi.object({ intervals: count, days: count, rows: count, ms: count }),
);
export const rows = Joi.alternatives(
  skipped,
  fanOut,
  Joi.object({ rows: Joi.object().pattern(Joi.string(), count).required(), ms: count }),
);
export const cleanup = Joi.object<CleanupResult>({
  removed: Joi.object().pattern(Joi.string(), count).required(),
  kept: Joi.array().items({ what: Joi.string(), reason: Joi.string() }).required(),
});
export const warming = Joi.object<WarmingResult>({
  warmed: Joi.array().items(Joi.string()).required(),
  failed: Joi.array().items({ key: Joi.string(), reason: Joi.string() }).required(),
  // Absent from what releases before 0.5 reported.
  skipped: Joi.array().items(Joi.string()),
  ms: count,
});

const uuid = Joi.string().guid().required();
const file = { rows: count, bytes: count, ms: count };
export const exported = Joi.alternatives(skipped, Joi.object({ exportId: uuid, ...file }));
export const reports = Joi.alternatives(
  skipped,
  fanOut,
  Joi.object({ reportIds: Joi.array().items(Joi.string().guid()).required(), ms: count }),
);
export const siteReport = Joi.alternatives(skipped, Joi.object({ reportId: uuid, ...file }));
export const delivered = Joi.alternatives(
  skipped,
  Joi.object({ reportId: uuid, sent: count, failed: count, unknown: count, ms: count }),
);
