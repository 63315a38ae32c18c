/** A failure whose message says everything: what happened, why, and what to do. It is shown without a stack. */
export class ClearError extends Error {
  override name = 'ClearError';
}
