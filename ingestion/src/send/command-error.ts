/** A reason to stop a command, said in one sentence for the person who runs it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
