/**
 * What happened to a message that was not delivered: `retry`, it did not arrive and may be sent again; `refused`, it did not
 * arrive and never will; `unknown`, it may have arrived.
 */
export type SendOutcome = 'retry' | 'refused' | 'unknown';

/** A mail or webhook was not delivered. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly outcome: SendOutcome;
  constructor(outcome: SendOutcome, message: string) {
    super(message);
    this.outcome = outcome;
  }
}
