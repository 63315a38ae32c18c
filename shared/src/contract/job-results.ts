/** What each job reports when it is done, as a type and its Joi schema. */
import Joi from 'joi';

/** What an event job reports. */
export interface EventIngestResult {
  events: number;
}

/** What a job for all sites reports, of the child jobs of its sites. */
export interface FanOutResult {
  /** Sites whose job is done. */
  done: string[];
  failed: { site_id: string; reason: string }[];
  /** Sites where there was nothing to do, or another job was at it. */
  skipped: { site_id: string; reason: string }[];
}

export type RollResult = { skipped: string } | { intervals: number; days: number; rows: number; ms: number };

/** Rows written to the table of an aggregation, by the name of the table. */
export type RowsResult = { skipped: string } | { rows: Record<string, number>; ms: number };

/** What a cleanup removed, by kind. */
export interface CleanupResult {
  removed: Record<string, number>;
  /** What is old enough but stays, and why. */
  kept: { what: string; reason: string }[];
}

export interface WarmingResult {
  warmed: string[];
  failed: { key: string; reason: string }[];
  /** Keys that another job, in whichever process, was at. */
  skipped: string[];
  ms: number;
}

/** What a file holds that a job wrote. */
export interface FileResult {
  rows: number;
  bytes: number;
  ms: number;
}

export type ExportResult = { skipped: string } | ({ exportId: string } & FileResult);

/** The reports that a job for several sites has begun, one for each site. */
export type ReportsResult = { skipped: string } | FanOutResult | { reportIds: string[]; ms: number };

export type SiteReportResult = { skipped: string } | ({ reportId: string } & FileResult);

/** How many recipients got a report; who they are stands in the ledger alone. */
export type DeliverResult =
  | { skipped: string }
  | { reportId: string; sent: number; failed: number; unknown: number; ms: number };

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
