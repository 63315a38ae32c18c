/** Statements that Postgres parses once for each connection. Parsing takes about as long as the rest of a short answer. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { PoolClient, QueryResult, QueryResultRow } from 'pg';

/** The types of its columns have changed; a proxy has handed the transaction to a connection without it, or with another of that name. */
const lost = ['0A000', '26000', '42P05'];
/** False once one was lost: other connections may have lost theirs, too. */
let areKept = true;

/** @throws ServiceError `database_unavailable` when the statement was lost, after which none has a name any more. */
export async function queryNamed<Row extends QueryResultRow>(
  client: Pick<PoolClient, 'query'>,
  statement: { name: string; text: string; values: unknown[] },
): Promise<QueryResult<Row>> {
  const { name, ...unnamed } = statement;
  if (!areKept) return client.query<Row>(unnamed);
  try {
    return await client.query<Row>({ name, ...unnamed });
  } catch (error) {
    if (!lost.includes((error as { code?: string }).code ?? '')) throw error;
    areKept = false;
    const message = 'The database, or the connection to it, has just changed. Retry after the given time.';
    throw Object.assign(new ServiceError('database_unavailable', message), { cause: error });
  }
}
