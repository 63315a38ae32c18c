/** A reason to stop an import, said in one sentence for the person who runs it. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
