import { checkJobData } from '@millrace/shared/contract/jobs';
import { expect, it } from 'vitest';

const rebuild = (from: string, to: string) =>
  checkJobData('analytics-aggregation', 'rebuild', { site_id: 'demo', from, to }).problem;

it.each(['2025-02-30T00:00:00Z', '2025-06-31T00:00:00+02:00', '2025-02-29', '2025-11-31T10:00:00'])(
  'refuses %s, which is not in the calendar',
  (day) => {
    expect(rebuild('2025-01-01T00:00:00Z', day)).toMatch(/to is not on a valid calendar day/);
  },
);

it.each(['2024-02-29T00:00:00Z', '2025-06-30', '2025-06-30T10:00:00+02:00'])('accepts %s', (day) => {
  expect(rebuild('2024-01-01T00:00:00Z', day)).toBeUndefined();
});
