/** How long one HTTP request took, and what it said. */
import { checkAccepted } from '../load/describe-refusal.js';

export interface TimedAnswer {
  ms: number;
  body: unknown;
}

/** From the call until the whole answer is here. @throws ClearError unless it is 200. */
export async function timeRequest(url: string, init: RequestInit = {}): Promise<TimedAnswer> {
  const startedAt = performance.now();
  const response = await fetch(url, init);
  await checkAccepted(url, response);
  const text = await response.text();
  return { ms: performance.now() - startedAt, body: JSON.parse(text) };
}

export const jsonPost = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
