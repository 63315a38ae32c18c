/** Prepared statements, which Postgres parses once per connection: parsing takes about as long as the rest of a short query. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { PoolClient, QueryResult, QueryResultRow } from 'pg';

/**
 * The result's column types have changed, or a proxy switched to a connection that lacks the statement or has a different one of
 * that name.
 */
const lostStatementCodes = ['0A000', '26000', '42P05'];
/** False once a statement was lost: other connections may have lost theirs too. */
let isEnabled = true;

/** @throws ServiceError `database_unavailable` when the statement was lost; from then on statements are sent unnamed. */
export async function queryNamed<Row extends QueryResultRow>(
  client: Pick<PoolClient, 'query'>,
  statement: { name: string; text: string; values: unknown[] },
): Promise<QueryResult<Row>> {
  const { name, ...unnamed } = statement;
  if (!isEnabled) return client.query<Row>(unnamed);
  try {
    return await client.query<Row>({ name, ...unnamed });
  } catch (error) {
    if (!lostStatementCodes.includes((error as { code?: string }).code ?? '')) throw error;
    isEnabled = false;
    const message = 'The database, or the connection to it, has just changed. Retry after the given time.';
    throw Object.assign(new ServiceError('database_unavailable', message), { cause: error });
  }
}
