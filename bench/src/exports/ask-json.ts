/** A request whose answer is JSON. */
import { ClearError } from '@millrace/dev/clear-error';
import { describeRefusal } from '../load/describe-refusal.js';

/** @throws ClearError unless the answer says that all is well. */
export async function askJson<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  if (!response.ok) throw new ClearError(await describeRefusal(url, response));
  return (await response.json()) as T;
}
