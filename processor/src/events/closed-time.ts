/** Turns the refusal of an event that is older than the raw events kept into an error that says so. */

/**
 * Rollups of that time are all that is left of it, and would be replaced by what this event alone says. Its code is that of
 * the partition that is missing: one event of the batch is at fault, and no attempt will change that.
 */
export class ClosedTimeError extends Error {
  override readonly name = 'ClosedTimeError';
  readonly code = '23514';

  constructor(
    private readonly closedBefore: Date,
    cause: unknown,
  ) {
    super(`older than the raw events kept: events before ${closedBefore.toISOString()} are not stored any more`, {
      cause,
    });
  }

  /** True for an event that is too old. */
  covers(event: unknown): boolean {
    const { timestamp } = (event ?? {}) as { timestamp?: unknown };
    return typeof timestamp === 'string' && Date.parse(timestamp) < this.closedBefore.getTime();
  }
}
