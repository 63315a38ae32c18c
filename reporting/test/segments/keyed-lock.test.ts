import { expect, it } from 'vitest';
import { createKeyedLock } from '../../src/segments/keyed-lock.js';

it('lets the one with the greatest age look first', async () => {
  const turns = createKeyedLock();
  expect(await turns.acquire('site', 1)).toBe(true);
  const looked: number[] = [];
  const waiting = [2, 5, 3].map((age) => turns.acquire('site', age).then((isOwn) => looked.push(isOwn ? -1 : age)));
  turns.release('site');
  await Promise.all(waiting);
  expect(looked).toEqual([5, 3, 2]);
  expect(await turns.acquire('site', 1)).toBe(true);
});

it('rejects a waiting caller whose signal fires, and wakes the others', async () => {
  const turns = createKeyedLock();
  await turns.acquire('site', 1);
  const time = new AbortController();
  const late = turns.acquire('site', 2, time.signal);
  const other = turns.acquire('site', 2);
  time.abort();
  await expect(late).rejects.toMatchObject({ code: 'query_timeout' });
  await expect(turns.acquire('site', 2, time.signal)).rejects.toMatchObject({ code: 'query_timeout' });
  turns.release('site');
  expect(await other).toBe(false);
});
