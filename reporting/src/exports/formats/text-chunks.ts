import type { Row } from '../../datasets/dataset.js';

const chunkBytes = 128 * 1024;
/** UTF-8 of one UTF-16 code unit. */
const longestBytes = 3;

/** The text of the rows in UTF-8; `rowText` is called once for each row, in order. */
export async function* textChunks(
  batches: AsyncIterable<Row[]>,
  rowText: (row: Row) => string,
): AsyncGenerator<Uint8Array> {
  let chunk = Buffer.allocUnsafeSlow(chunkBytes);
  let length = 0;
  for await (const rows of batches) {
    for (const row of rows) {
      const text = rowText(row);
      if (length + text.length * longestBytes > chunkBytes) {
        if (length > 0) yield chunk.subarray(0, length);
        chunk = Buffer.allocUnsafeSlow(Math.max(chunkBytes, text.length * longestBytes));
        length = 0;
      }
      // At once: strings that wait for each other outlive the garbage collector's first look.
      length += chunk.write(text, length);
    }
  }
  if (length > 0) yield chunk.subarray(0, length);
}
