import { createExactJsonReader } from '@millrace/shared/platform/read-json';

export const readJson = createExactJsonReader('100 KB');

/** No body counts as `{}`. */
export async function readOptionalJson(...parameters: Parameters<typeof readJson>): Promise<unknown> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = parameters[0].headers;
  return encoding === undefined && Number(length) === 0 ? {} : readJson(...parameters);
}
