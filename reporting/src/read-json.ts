/** Reads the body of a request as JSON: a question, so not a long one. */
import { createExactJsonReader } from '@millrace/shared/platform/read-json';

export const readJson = createExactJsonReader('100 KB');

/** A request without a body is one with an empty object. */
export async function readOptionalJson(...parameters: Parameters<typeof readJson>): Promise<unknown> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = parameters[0].headers;
  return encoding === undefined && Number(length) === 0 ? {} : readJson(...parameters);
}
