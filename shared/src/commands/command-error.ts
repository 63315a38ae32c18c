/** An expected failure: its message explains everything, so it is shown without a stack trace. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
