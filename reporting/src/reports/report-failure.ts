/** Why a report was not written, and whether its job is tried again: nobody stands by to ask for it once more, as somebody does for an export. */
import { type DescribedFailure, describeFailure } from '../exports/export-failure.js';

const diskFull = 'There is no space left where files are kept. Free some, then issue the report again.';

/** Of the disk, or of the part of it that the service may use. */
const fullCodes: unknown[] = ['ENOSPC', 'EDQUOT'];

export function describeReportFailure(error: unknown): DescribedFailure {
  const isFull = fullCodes.includes((error as { code?: unknown }).code);
  return isFull ? { reason: diskFull, isFinal: false } : describeFailure(error);
}
