/** The dataset request of a report. */
import { expect, it } from 'vitest';
import { datasets } from '../../src/datasets/datasets.js';
import { datasetRequest } from '../../src/reports/templates/dataset-request.js';

const week: [string, string] = ['2026-11-09', '2026-11-15'];
const paramsFor = (dataset: string, days: [string, string], params = {}) =>
  datasetRequest({ siteId: 'shop', dataset, params }, { days }).params;

it('refuses datasets of the current state, and accepts every other one', () => {
  const refused = datasets.flatMap(({ id }) => {
    try {
      paramsFor(id, week);
      return [];
    } catch (error) {
      return [[id, (error as Error).message]];
    }
  });
  expect(refused).toEqual([
    [
      'performance-metrics',
      'dataset must be one that covers past days, but performance-metrics only has the current state; read it with /rows, export it, or use activity-trends for the days of a period',
    ],
  ]);
});

it.each(['revenue-summary', 'revenue', 'tournaments'])('reports %s for up to a month by day', (dataset) => {
  expect(paramsFor(dataset, week).period_type).toBe('day');
  expect(paramsFor(dataset, ['2026-10-01', '2026-10-31']).period_type).toBe('day');
  expect(paramsFor(dataset, ['2026-07-01', '2026-09-30']).period_type).toBe('month');
  expect(paramsFor(dataset, week, { period_type: 'week' }).period_type).toBe('week');
});

it('does not change datasets that are finer than days, or have no periods', () => {
  expect(paramsFor('site-metrics', week).period_type).toBe('hour');
  expect(paramsFor('activity-trends', week)).not.toHaveProperty('period_type');
});
