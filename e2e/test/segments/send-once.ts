/** Sends each statement once per snapshot: within one, the same statement always has the same answer. */
import type { PoolClient } from '@millrace/shared/platform/postgres';

/** Cursors return other rows each time. */
const isSelect = (text: string) => /^\/\*[^*]*\*\/\s*(select|with)\b/.test(text);

/** Adds the failed statement to the error. */
function withStatement(statement: unknown): (error: Error) => never {
  return (error) => {
    error.message = `${error.message}, in ${JSON.stringify(statement)}`;
    throw error;
  };
}

/**
 * Many queries of one snapshot need the same things, such as which values match a condition. Statements that are more than a text
 * and its values are sent each time.
 */
export function sendOnce(client: PoolClient): PoolClient {
  const sent = new Map<string, Promise<unknown>>();
  const query = (text: unknown, values: unknown, ...more: unknown[]): unknown => {
    const send = (): unknown => Reflect.apply(client.query, client, [text, values, ...more]);
    if (typeof text !== 'string' || !Array.isArray(values) || !isSelect(text)) return send();
    const key = JSON.stringify([text, values]);
    const answer = sent.get(key) ?? (send() as Promise<unknown>).catch(withStatement(text));
    sent.set(key, answer);
    return answer;
  };
  return Object.assign(Object.create(client) as PoolClient, { query });
}
