import { expect, it } from 'vitest';
import { createTurns } from '../../src/segments/turns.js';

it('lets the one with the greatest age look first', async () => {
  const turns = createTurns();
  expect(await turns.enter('site', 1)).toBe(true);
  const looked: number[] = [];
  const waiting = [2, 5, 3].map((age) => turns.enter('site', age).then((isOwn) => looked.push(isOwn ? -1 : age)));
  turns.leave('site');
  await Promise.all(waiting);
  expect(looked).toEqual([5, 3, 2]);
  expect(await turns.enter('site', 1)).toBe(true);
});

it('rejects a waiting caller whose signal fires, and wakes the others', async () => {
  const turns = createTurns();
  await turns.enter('site', 1);
  const time = new AbortController();
  const late = turns.enter('site', 2, time.signal);
  const other = turns.enter('site', 2);
  time.abort();
  await expect(late).rejects.toMatchObject({ code: 'query_timeout' });
  await expect(turns.enter('site', 2, time.signal)).rejects.toMatchObject({ code: 'query_timeout' });
  turns.leave('site');
  expect(await other).toBe(false);
});
