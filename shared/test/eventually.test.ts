import { eventually } from '@millrace/shared/testing/eventually';
import { expect, it } from 'vitest';

it('waits beyond its limit as long as a number changes', async () => {
  let asked = 0;
  await eventually(async () => ++asked > 10 || asked, 'asked often', 120);
  expect(asked).toBe(11);
});

it('gives up when nothing changes, and says how far it came', async () => {
  await expect(eventually(async () => 3, 'four are there', 100)).rejects.toThrow(
    'After 100 ms still not true: four are there (it got as far as 3)',
  );
});

it('takes a question that fails as a no, and shows the failure at the end', async () => {
  const fails = () => Promise.reject(new Error('connection refused'));
  await expect(eventually(fails, 'it answers', 100)).rejects.toThrow(
    'still not true: it answers (the last attempt failed: connection refused)',
  );
});
