/** How many long queries run at once, and what happens to the others. */
import { expect, it } from 'vitest';
import { createGate } from '../src/reading/gate.js';

/** Work that ends on command, and records the order in which it started. */
function createWork() {
  const begun: string[] = [];
  const endings = new Map<string, () => void>();
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      begun.push(name);
      endings.set(name, () => resolve(name));
    });
  return { begun, work, end: (name: string) => endings.get(name)!() };
}

const refusal = { code: 'too_many_queries' };
const forever = 60_000;

it('runs at most the configured number at once, and the others in the order they arrived', async () => {
  const gate = createGate({ maxConcurrent: 2, maxWaiting: 10, maxWaitMs: forever });
  const { begun, work, end } = createWork();
  const answers = ['a', 'b', 'c', 'd'].map((name) => gate(work(name)));
  expect(begun).toEqual(['a', 'b']);
  end('b');
  expect(await answers[1]).toBe('b');
  await new Promise(setImmediate);
  expect(begun).toEqual(['a', 'b', 'c']);
  end('a');
  end('c');
  await Promise.all([answers[0], answers[2]]);
  await new Promise(setImmediate);
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  end('d');
  expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
});

it('hands on the slot when work fails, and rejects with the failure', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 10, maxWaitMs: forever });
  const failing = gate(() => Promise.reject(new Error('broken')));
  const next = gate(() => Promise.resolve('next'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('next');
  expect(await gate(() => Promise.resolve('later'))).toBe('later');
});

it('refuses immediately when too many wait', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 1, maxWaitMs: forever });
  const { work, end } = createWork();
  const first = gate(work('a'));
  const second = gate(() => Promise.resolve('b'));
  await expect(gate(work('c'))).rejects.toMatchObject(refusal);
  end('a');
  expect(await Promise.all([first, second])).toEqual(['a', 'b']);
});

it('refuses a query that has waited too long, and gives the slot to a later one', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 10, maxWaitMs: 10 });
  const { begun, work, end } = createWork();
  const first = gate(work('a'));
  await expect(gate(work('late'))).rejects.toMatchObject(refusal);
  end('a');
  await first;
  expect(await gate(() => Promise.resolve('b'))).toBe('b');
  expect(begun).toEqual(['a']);
});

it('refuses a query whose client disconnects while waiting, or did so before', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 1, maxWaitMs: forever });
  const { begun, work, end } = createWork();
  const first = gate(work('a'));
  const client = new AbortController();
  const left = gate(work('left'), client.signal);
  client.abort();
  await expect(left).rejects.toMatchObject(refusal);
  await expect(gate(work('gone'), client.signal)).rejects.toMatchObject(refusal);
  const second = gate(() => Promise.resolve('b'));
  end('a');
  expect(await Promise.all([first, second])).toEqual(['a', 'b']);
  expect(begun).toEqual(['a']);
});

it('ignores a client that disconnects once its work has started or finished', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 1, maxWaitMs: forever });
  const client = new AbortController();
  const { work, end } = createWork();
  const begun = gate(work('a'), client.signal);
  client.abort();
  end('a');
  expect(await begun).toBe('a');
});
