import type { PoolClient } from '@millrace/shared/platform/postgres';

/**
 * Yields the rows of a query one by one and fetches `rowsAtOnce` at a time. Must run in a transaction, with one cursor open at a
 * time. The cursor is closed after the last row, or else by the end of the transaction.
 */
export async function* readCursor<Row extends object>(
  client: PoolClient,
  query: string,
  values: unknown[],
  rowsAtOnce: number,
): AsyncGenerator<Row> {
  await client.query(`/* processor.readCursor */ declare row_cursor no scroll cursor for ${query}`, values);
  for (;;) {
    const { rows } = await client.query<Row>(`/* processor.readCursor */ fetch ${rowsAtOnce} from row_cursor`);
    yield* rows;
    if (rows.length < rowsAtOnce) break;
  }
  await client.query('/* processor.readCursor */ close row_cursor');
}
