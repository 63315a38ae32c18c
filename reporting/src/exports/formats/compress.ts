import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** The chunks as a gzip stream, which fails when they fail and ends them when it is destroyed. */
export function compress(chunks: AsyncIterable<Uint8Array>): Readable {
  // The stream itself carries the error to whoever reads it.
  return pipeline(Readable.from(chunks), createGzip(), () => {});
}
