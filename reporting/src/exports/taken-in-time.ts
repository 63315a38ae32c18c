/** Chunks for a reader that must go on reading: what is read for it holds a snapshot and one of few places. */

/** Calls `giveUp` when a chunk waits longer than that to be taken. */
export async function* takenInTime(
  chunks: AsyncIterable<Uint8Array>,
  waitMs: number,
  giveUp: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const timer = setTimeout(giveUp, waitMs);
    try {
      yield chunk;
    } finally {
      clearTimeout(timer);
    }
  }
}
