/** Turns an HTTP request, made again and again, one after the other, into how long each took and what it said. */
import { ClearError } from '@millrace/dev/clear-error';

export interface TimedAnswer {
  ms: number;
  body: unknown;
}

/** From the call until the whole answer is here. @throws ClearError unless it is 200. */
export async function timeRequest(url: string, init: RequestInit = {}): Promise<TimedAnswer> {
  const startedAt = performance.now();
  const response = await fetch(url, init);
  const text = await response.text();
  const ms = performance.now() - startedAt;
  if (!response.ok) throw new ClearError(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return { ms, body: JSON.parse(text) };
}

export const jsonPost = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
