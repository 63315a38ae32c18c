/**
 * What is known about a message that was not delivered: `retry`, it did not arrive and may be sent again; `refused`, it did not
 * arrive and never will; `unknown`, it may have arrived.
 */
export type SendOutcome = 'retry' | 'refused' | 'unknown';

/** Why a mail or a post did not count as delivered. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly outcome: SendOutcome;
  constructor(outcome: SendOutcome, message: string) {
    super(message);
    this.outcome = outcome;
  }
}
