/** Why an export was not written, in words for whoever asked for it, and whether another attempt could help. */
import { ServiceError } from '@millrace/shared/platform/errors';
import { isConnectionError } from '@millrace/shared/platform/postgres';

/** A reason that its message tells in full, and that stays the same however often it is tried. */
export class ExportFailure extends Error {
  override readonly name = 'ExportFailure';
}

/** The replica that exports are read from has not replayed what was erased. */
export class ReplicaLagError extends Error {
  override readonly name = 'ReplicaLagError';
}

export interface DescribedFailure {
  /** With what to do about it, once there is no other attempt. */
  reason: string;
  /** Instead of the reason while there is: absent where the reason asks nobody to begin again. */
  whileRetried?: string;
  /** Another attempt would fail the same way. */
  isFinal: boolean;
}

const diskFull =
  'There is no space left where exports are kept. Free some, or ask for a shorter range, and export again.';
const refusedFolder = 'The folder of exports cannot be written to (%s): correct EXPORT_DIR or its permissions.';

const replicaLags = 'The replica that exports are read from lags behind, and still has what was erased since.';

/** By the code of an error, of the system or of Postgres. */
const byCode: Record<string, DescribedFailure> = {
  ENOSPC: { reason: diskFull, isFinal: true },
  EDQUOT: { reason: diskFull, isFinal: true },
  EFBIG: { reason: diskFull, isFinal: true },
  EACCES: { reason: refusedFolder, isFinal: false },
  EPERM: { reason: refusedFolder, isFinal: false },
  ENOTDIR: { reason: refusedFolder, isFinal: false },
  EROFS: { reason: refusedFolder, isFinal: false },
  // query_canceled: nobody cancels but the time limit, or who deletes the export.
  '57014': {
    reason: 'Reading took too long and was stopped. Ask for a shorter range, or for less by filters.',
    isFinal: true,
  },
  // A standby cannot keep what a reader still sees for ever.
  '40001': { reason: 'The replica could not keep the rows for as long as reading took.', isFinal: false },
};

export function describeFailure(error: unknown): DescribedFailure {
  if (error instanceof ExportFailure) return { reason: error.message, isFinal: true };
  if (error instanceof ReplicaLagError) {
    const whileRetried = `${replicaLags} It is tried again by itself.`;
    return { reason: `${replicaLags} Export again when it has caught up.`, whileRetried, isFinal: false };
  }
  const { code } = error as { code?: unknown };
  const known = typeof code === 'string' && Object.hasOwn(byCode, code) ? byCode[code]! : undefined;
  if (known) return { ...known, reason: known.reason.replace('%s', String(code)) };
  if (isConnectionError(error)) return { reason: 'The connection to the database was lost.', isFinal: false };
  if (error instanceof ServiceError) return { reason: error.message, isFinal: error.code === 'invalid_request' };
  return { reason: 'Something went wrong on our side; the log of the worker has the details.', isFinal: false };
}
