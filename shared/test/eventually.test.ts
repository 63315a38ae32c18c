import { eventually } from '@millrace/shared/testing/eventually';
import { expect, it } from 'vitest';

it('waits beyond its timeout as long as the number changes', async () => {
  let attempts = 0;
  await eventually(async () => ++attempts > 10 || attempts, 'many attempts', 120);
  expect(attempts).toBe(11);
});

it('gives up if nothing changes, and reports how far it got', async () => {
  await expect(eventually(async () => 3, 'four are there', 100)).rejects.toThrow(
    'After 100 ms still not true: four are there (it got as far as 3)',
  );
});

it('treats an error as false, and reports it at the end', async () => {
  const fails = () => Promise.reject(new Error('connection refused'));
  await expect(eventually(fails, 'it answers', 100)).rejects.toThrow(
    'still not true: it answers (the last attempt failed: connection refused)',
  );
});
