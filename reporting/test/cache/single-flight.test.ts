import { expect, it } from 'vitest';
import { createSingleFlight } from '../../src/cache/single-flight.js';

function createWork() {
  const begun: { stop: AbortSignal; end: (result: string) => void; fail: (error: Error) => void }[] = [];
  const work = (stop: AbortSignal) =>
    new Promise<string>((resolve, reject) => begun.push({ stop, end: resolve, fail: reject }));
  return { begun, work };
}
const left = { code: 'query_timeout' };

it('continues while at least one caller waits, and returns the result to those who stayed', async () => {
  const flights = createSingleFlight<string>();
  const { begun, work } = createWork();
  const leaving = Array.from({ length: 3 }, () => new AbortController());
  const gone = leaving.map(({ signal }) => flights.join('a', work, signal));
  const staying = [flights.join('a', work, new AbortController().signal), flights.join('a', work)];
  for (const controller of leaving) controller.abort();
  for (const joined of gone) await expect(joined).rejects.toMatchObject(left);
  expect(begun).toHaveLength(1);
  expect(begun[0]!.stop.aborted).toBe(false);
  begun[0]!.end('done');
  expect(await Promise.all(staying)).toEqual(['done', 'done']);
});

it('is stopped when the last caller leaves, and restarted for the next one', async () => {
  const flights = createSingleFlight<string>();
  const { begun, work } = createWork();
  const [one, two] = [new AbortController(), new AbortController()];
  const joined = [flights.join('a', work, one.signal), flights.join('a', work, two.signal)];
  one.abort();
  two.abort();
  for (const each of joined) await expect(each).rejects.toMatchObject(left);
  expect(begun[0]!.stop.aborted).toBe(true);
  const next = flights.join('a', work);
  begun[0]!.end('too late');
  begun[1]!.end('restarted');
  expect(await next).toBe('restarted');
  await expect(flights.join('a', work, one.signal)).rejects.toMatchObject(left);
  expect(begun).toHaveLength(2);
});

it('rejects all waiting callers when it fails, and does not remember the failure', async () => {
  const flights = createSingleFlight<string>();
  const { begun, work } = createWork();
  const joined = [flights.join('a', work), flights.join('a', work), flights.join('b', work)];
  begun[0]!.fail(new Error('broken'));
  begun[1]!.end('fine');
  await expect(joined[0]).rejects.toThrow('broken');
  await expect(joined[1]).rejects.toThrow('broken');
  expect(await joined[2]).toBe('fine');
  const again = flights.join('a', work);
  begun[2]!.end('mended');
  expect(await again).toBe('mended');
});
