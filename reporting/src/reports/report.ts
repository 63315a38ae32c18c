/** A report: what it is about, how far it is, and what became of it. */
import type { StoreKind } from '../exports/export-store.js';
import type { FormatId } from '../exports/formats/format.js';
import type { KeyFigure } from './key-figures.js';
import type { Recipient } from './templates/template.js';

export type ReportStatus = 'pending' | 'generating' | 'generated' | 'failed';

/** What a report is made from. */
export interface ReportOrder {
  siteId: string;
  /** Null: asked for once, by a job. */
  templateId: string | null;
  /** When its schedule fired; null where it was asked for. */
  slot: Date | null;
  /** The job of the queue that asked for it. */
  jobId: string | null;
  /** When that was added to the queue, where its id may be given out again; else the beginning of 1970. */
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
  /** Of a file in EXPORT_DIR that is written besides. */
  outputName: string | null;
  revision: number;
}

/** A figure that another revision has, and the one before had otherwise. */
export interface FigureChange {
  name: string;
  title: string;
  before: string | null;
  now: string | null;
  unit?: string;
}

export interface Report extends ReportOrder {
  id: string;
  /** The id of its first revision. */
  origin: string;
  /** How often it was asked to be sent again. */
  resends: number;
  status: ReportStatus;
  /** How often, in a row, writing it was begun by a worker that did not live to end that. */
  begins: number;
  /** Events of its period came, or went, after it was written. */
  revised: boolean;
  dataVersion: string | null;
  keyFigures: KeyFigure[] | null;
  changes: FigureChange[] | null;
  /** Its name in the store; null before it is written and when its time is over. */
  file: string | null;
  store: StoreKind | null;
  bytes: number | null;
  rowCount: number | null;
  checksum: string | null;
  error: string | null;
  createdAt: Date;
  generatedAt: Date | null;
}
