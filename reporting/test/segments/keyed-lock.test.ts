import { expect, it } from 'vitest';
import { createKeyedLock } from '../../src/segments/keyed-lock.js';

it('wakes the waiter with the highest priority first, since its work may serve the others', async () => {
  const lock = createKeyedLock();
  expect(await lock.acquire('site', 1)).toBe(true);
  const woken: number[] = [];
  const waiting = [2, 5, 3].map((priority) =>
    lock.acquire('site', priority).then((isHeld) => woken.push(isHeld ? -1 : priority)),
  );
  lock.release('site');
  await Promise.all(waiting);
  expect(woken).toEqual([5, 3, 2]);
  expect(await lock.acquire('site', 1)).toBe(true);
});

it('rejects a waiter whose signal fires, and still wakes the others', async () => {
  const lock = createKeyedLock();
  await lock.acquire('site', 1);
  const time = new AbortController();
  const late = lock.acquire('site', 2, time.signal);
  const other = lock.acquire('site', 2);
  time.abort();
  await expect(late).rejects.toMatchObject({ code: 'query_timeout' });
  await expect(lock.acquire('site', 2, time.signal)).rejects.toMatchObject({ code: 'query_timeout' });
  lock.release('site');
  expect(await other).toBe(false);
});
