/** How many long queries work at once, and what becomes of the others. */
import { expect, it } from 'vitest';
import { createGate } from '../src/reading/gate.js';

/** Work that ends when it is told to, and says in which order it began. */
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

it('lets as many work at once as it is told, and the others in the order they came', async () => {
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

it('gives the place on when work fails, and passes the failure to who asked', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 10, maxWaitMs: forever });
  const failing = gate(() => Promise.reject(new Error('broken')));
  const next = gate(() => Promise.resolve('next'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('next');
  expect(await gate(() => Promise.resolve('later'))).toBe('later');
});

it('refuses at once when too many wait', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 1, maxWaitMs: forever });
  const { work, end } = createWork();
  const first = gate(work('a'));
  const second = gate(() => Promise.resolve('b'));
  await expect(gate(work('c'))).rejects.toMatchObject(refusal);
  end('a');
  expect(await Promise.all([first, second])).toEqual(['a', 'b']);
});

it('refuses who has waited too long, and who comes later still gets the place', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 10, maxWaitMs: 10 });
  const { begun, work, end } = createWork();
  const first = gate(work('a'));
  await expect(gate(work('late'))).rejects.toMatchObject(refusal);
  end('a');
  await first;
  expect(await gate(() => Promise.resolve('b'))).toBe('b');
  expect(begun).toEqual(['a']);
});

it('forgets who goes away while waiting or has gone already', async () => {
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

it('does not mind a client that goes away when its work is done or begun', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 1, maxWaitMs: forever });
  const client = new AbortController();
  const { work, end } = createWork();
  const begun = gate(work('a'), client.signal);
  client.abort();
  end('a');
  expect(await begun).toBe('a');
});
