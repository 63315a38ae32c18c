/**
 * An event is older than the raw events kept. Only rollups are left of that time, and storing the event would replace them. Has
 * the SQLSTATE of a missing partition: an event of the batch is at fault, so retrying is pointless.
 */
export class ClosedTimeError extends Error {
  override readonly name = 'ClosedTimeError';
  readonly code = '23514';

  constructor(
    private readonly closedBefore: Date,
    cause: unknown,
  ) {
    super(`older than the raw events kept: events before ${closedBefore.toISOString()} are no longer stored`, {
      cause,
    });
  }

  covers(event: unknown): boolean {
    const { timestamp } = (event ?? {}) as { timestamp?: unknown };
    return typeof timestamp === 'string' && Date.parse(timestamp) < this.closedBefore.getTime();
  }
}
