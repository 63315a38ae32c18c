/** Turns a foreseen failure into a sentence for the person at the terminal, shown without a stack. */

/** A failure that its message explains in full: what happened, why, and what to do. */
export class ClearError extends Error {
  override name = 'ClearError';
}
