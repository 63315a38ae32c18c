/** Why a report was not written, and whether its job is tried again: nobody stands by to ask for it once more, as somebody does for an export. */
import { type DescribedFailure, describeFailure } from '../exports/export-failure.js';

const noSpace = 'There is no space left where files are kept.';
const diskFull: DescribedFailure = {
  reason: `${noSpace} Free some, then issue the report again.`,
  whileRetried: `${noSpace} Free some: the report is tried again by itself.`,
  isFinal: false,
};

/** Of the disk, or of the part of it that the service may use. */
const fullCodes: unknown[] = ['ENOSPC', 'EDQUOT'];

export function describeReportFailure(error: unknown): DescribedFailure {
  const isFull = fullCodes.includes((error as { code?: unknown }).code);
  return isFull ? diskFull : describeFailure(error);
}
