import type { Row } from '../../datasets/dataset.js';

const chunkBytes = 128 * 1024;
/** Most UTF-8 bytes of one UTF-16 code unit. */
const longestBytes = 3;

/** The text of all rows in UTF-8. Calls `rowText` once for each row, in order. */
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
      // Written immediately: strings that are collected first would survive young garbage collections.
      length += chunk.write(text, length);
    }
  }
  if (length > 0) yield chunk.subarray(0, length);
}
