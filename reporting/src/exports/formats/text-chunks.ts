import type { Row } from '../../datasets/dataset.js';

/** Characters; a chunk ends with its batch of rows or when it is longer than this. */
const chunkLength = 256 * 1024;

/** The text of the rows in UTF-8; `rowText` is called once for each row, in order. */
export async function* textChunks(
  batches: AsyncIterable<Row[]>,
  rowText: (row: Row) => string,
): AsyncGenerator<Uint8Array> {
  for await (const rows of batches) {
    let text = '';
    for (const row of rows) {
      text += rowText(row);
      if (text.length < chunkLength) continue;
      yield Buffer.from(text);
      text = '';
    }
    if (text !== '') yield Buffer.from(text);
  }
}
