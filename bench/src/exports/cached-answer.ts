/** An answer that is computed, and the same from the cache. */
import { ClearError } from '@millrace/dev/clear-error';
import { jsonPost, timeRequest } from '../query/time-request.js';
import { heavyQuestion } from './one-computation.js';

interface Answer {
  results: unknown;
  meta: { cache?: { status: string } };
}

async function ask(url: string, range: [string, string], expected: string) {
  const { ms, body } = await timeRequest(`${url}/api/v1/query`, jsonPost(heavyQuestion(range)));
  const { results, meta } = body as Answer;
  if (meta.cache?.status !== expected)
    throw new ClearError(`Expected a ${expected}, got ${JSON.stringify(meta.cache)}.`);
  return { ms, results: JSON.stringify(results) };
}

/** Ranges of which none was asked for before. @throws ClearError when a cached answer is another one. */
export async function timeCachedAnswers(url: string, ranges: [string, string][]) {
  const times = { computed: [] as number[], cached: [] as number[] };
  for (const range of ranges) {
    const computed = await ask(url, range, 'miss');
    const cached = await ask(url, range, 'hit');
    if (cached.results !== computed.results) throw new ClearError('The cached answer is not the computed one.');
    times.computed.push(computed.ms);
    times.cached.push(cached.ms);
  }
  return times;
}
