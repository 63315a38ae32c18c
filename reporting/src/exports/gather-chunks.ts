/**
 * Chunks of `size` bytes, the last one excepted, each valid until the next is asked for: it is one buffer. Small ones that wait for
 * each other, and a new one for each chunk, outlive the garbage collector's first looks, and are then kept for long.
 */
export async function* gatherChunks(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  const gathered = Buffer.allocUnsafeSlow(size);
  let length = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + size - length);
      gathered.set(part, length);
      from += part.length;
      length += part.length;
      if (length < size) continue;
      yield gathered;
      length = 0;
    }
  }
  if (length > 0) yield gathered.subarray(0, length);
}
