/** An expected failure of a command, explained to the user in one sentence. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
