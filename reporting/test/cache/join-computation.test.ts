import { expect, it } from 'vitest';
import type { ServedAnswer } from '../../src/cache/compute-answer.js';
import { createComputations, type Shareable } from '../../src/cache/join-computation.js';

/** Versions are compared by `position`; each computation uses the data that its first caller looked up. */
function createCallers() {
  const joining = createComputations(60_000);
  const begun: { version: string; end: () => void; fail: (error: Error) => void }[] = [];
  function ask(position: string, gone?: AbortSignal): Promise<string | undefined> {
    const found = { name: 'x', meaning: 'm', position, version: `v${position}` } as Shareable;
    const compute = () =>
      new Promise<ServedAnswer>((resolve, reject) =>
        begun.push({
          version: found.version,
          end: () => resolve({ ...found } as unknown as ServedAnswer),
          fail: reject,
        }),
      );
    const works = {
      share: (_stop: AbortSignal, flying: { startedAt?: number }) => {
        flying.startedAt = performance.now();
        return compute();
      },
      compute,
    };
    return joining.join(found, works, gone).then(({ version }) => version);
  }
  return { ask, begun };
}

it('does not pass on the failure of a computation of older data: the next one computes', async () => {
  const { ask, begun } = createCallers();
  const first = ask('1');
  const [second, third] = [ask('2'), ask('2')];
  begun[0]!.fail(new Error('it took too long'));
  await expect(first).rejects.toThrow('it took too long');
  await expect.poll(() => begun.length).toBe(2);
  begun[1]!.end();
  expect(await Promise.all([second, third])).toEqual(['v2', 'v2']);
  expect(begun.map(({ version }) => version)).toEqual(['v1', 'v2']);
});

it('passes on the failure of a computation that started after the request', async () => {
  const { ask, begun } = createCallers();
  const pending = [ask('1'), ask('2'), ask('3'), ask('4')].map((each) => each.catch((error: Error) => error.message));
  begun[0]!.fail(new Error('the first'));
  await expect.poll(() => begun.length).toBe(2);
  begun[1]!.fail(new Error('the second'));
  expect(await Promise.all(pending)).toEqual(['the first', 'the second', 'the second', 'the second']);
  expect(begun).toHaveLength(2);
});

it('rejects a caller that has left, whatever happens to a computation of older data', async () => {
  const { ask, begun } = createCallers();
  const first = ask('1');
  const leaving = new AbortController();
  const second = ask('2', leaving.signal);
  leaving.abort();
  await expect(second).rejects.toMatchObject({ code: 'query_timeout' });
  begun[0]!.end();
  expect(await first).toBe('v1');
  expect(begun).toHaveLength(1);
});
