/** Why an export failed, in words for its user, and whether to retry. */
import { ServiceError } from '@millrace/shared/platform/errors';
import { isConnectionError } from '@millrace/shared/platform/postgres';

/** A permanent failure whose message is shown to the user. */
export class ExportFailure extends Error {
  override readonly name = 'ExportFailure';
}

/** The replica has not yet replayed an erasure. */
export class ReplicaLagError extends Error {
  override readonly name = 'ReplicaLagError';
}

export interface DescribedFailure {
  /** Includes what to do about it. */
  reason: string;
  /** Shown instead while the export will still be retried. Default: the reason. */
  whileRetried?: string;
  /** True if another attempt would fail the same way. */
  isFinal: boolean;
}

const diskFull = 'The disk for exports is full. Free some space or choose a shorter range, then export again.';
const refusedFolder = 'The export folder is not writable (%s): correct EXPORT_DIR or its permissions.';

const replicaLags = 'The replica lags behind and still has data that was erased.';

/** Keyed by the error code of the system or of Postgres. */
const byCode: Record<string, DescribedFailure> = {
  ENOSPC: { reason: diskFull, isFinal: true },
  EDQUOT: { reason: diskFull, isFinal: true },
  EFBIG: { reason: diskFull, isFinal: true },
  EACCES: { reason: refusedFolder, isFinal: false },
  EPERM: { reason: refusedFolder, isFinal: false },
  ENOTDIR: { reason: refusedFolder, isFinal: false },
  EROFS: { reason: refusedFolder, isFinal: false },
  // query_canceled: by the time limit, or because the export was deleted.
  '57014': {
    reason: 'Reading took too long and was stopped. Choose a shorter range, or filter more.',
    isFinal: true,
  },
  // A standby cancels long reads that conflict with replay.
  '40001': { reason: 'The replica could not keep the rows long enough to read them.', isFinal: false },
};

export function describeFailure(error: unknown): DescribedFailure {
  if (error instanceof ExportFailure) return { reason: error.message, isFinal: true };
  if (error instanceof ReplicaLagError) {
    const whileRetried = `${replicaLags} The export will be retried.`;
    return { reason: `${replicaLags} Export again when it has caught up.`, whileRetried, isFinal: false };
  }
  const { code } = error as { code?: unknown };
  const known = typeof code === 'string' && Object.hasOwn(byCode, code) ? byCode[code]! : undefined;
  if (known) return { ...known, reason: known.reason.replace('%s', String(code)) };
  if (isConnectionError(error)) return { reason: 'The connection to the database was lost.', isFinal: false };
  if (error instanceof ServiceError) return { reason: error.message, isFinal: error.code === 'invalid_request' };
  return { reason: 'Something went wrong on our side; the log of the worker has the details.', isFinal: false };
}
