import { type DescribedFailure, describeFailure } from '../exports/export-failure.js';

/** Unlike an export, a report is retried: no one is waiting to start it again. */
const noSpace = 'The disk for files is full.';
const diskFull: DescribedFailure = {
  reason: `${noSpace} Free some space, then issue the report again.`,
  whileRetried: `${noSpace} Free some space; the report will be retried.`,
  isFinal: false,
};

/** Disk full, or disk quota of the user exceeded. */
const fullCodes: unknown[] = ['ENOSPC', 'EDQUOT'];

export function describeReportFailure(error: unknown): DescribedFailure {
  const isFull = fullCodes.includes((error as { code?: unknown }).code);
  return isFull ? diskFull : describeFailure(error);
}
