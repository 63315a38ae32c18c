/**
 * Joins chunks into chunks of `size` bytes (the last may be shorter). All are the same buffer, so each is valid only until the next is
 * requested: new buffers would survive young collections of the garbage collector, and memory would grow.
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
