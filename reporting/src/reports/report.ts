import type { StoreKind } from '../exports/export-store.js';
import type { FormatId } from '../exports/formats/format.js';
import type { KeyFigure } from './key-figures.js';
import type { Recipient } from './templates/template.js';

export type ReportStatus = 'pending' | 'generating' | 'generated' | 'failed';

/** Everything needed to write a report. */
export interface ReportSpec {
  siteId: string;
  /** Null: requested once, by a job. */
  templateId: string | null;
  /** When its schedule fired. Null: requested through the API or by a job. */
  slot: Date | null;
  /** The job that requested it. */
  jobId: string | null;
  /** When that job was added, if its id can be reused by the queue; otherwise 1970-01-01. */
  jobAddedAt: Date | null;
  title: string;
  dataset: string;
  params: Record<string, unknown>;
  format: FormatId;
  includeMetadata: boolean;
  /** First and last day, `YYYY-MM-DD`, in `timezone`. */
  firstDay: string;
  lastDay: string;
  timezone: string;
  recipients: Recipient[];
  webhook: string | null;
  secret: string | null;
  /** A second name for its file in `EXPORT_DIR`. */
  outputName: string | null;
  revision: number;
}

/** A key figure that differs between two revisions. Null: the revision does not have it. */
export interface FigureChange {
  name: string;
  title: string;
  before: string | null;
  now: string | null;
  unit?: string;
}

export interface Report extends ReportSpec {
  id: string;
  /** The id of its first revision. */
  origin: string;
  /** How often a resend was requested. */
  resends: number;
  status: ReportStatus;
  /** Consecutive attempts whose worker died. */
  begins: number;
  /** Events of its period arrived or were erased after it was written. */
  revised: boolean;
  dataVersion: string | null;
  keyFigures: KeyFigure[] | null;
  changes: FigureChange[] | null;
  /** Its name in the store. Null until it is written and after it has expired. */
  file: string | null;
  store: StoreKind | null;
  bytes: number | null;
  rowCount: number | null;
  checksum: string | null;
  error: string | null;
  createdAt: Date;
  generatedAt: Date | null;
}
