/** Turns a reason to stop an import into one sentence for the person who runs it. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
