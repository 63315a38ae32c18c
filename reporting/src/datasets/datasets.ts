/** Every dataset: adding one means its own file and one line here. */
import { ServiceError } from '@millrace/shared/errors';
import { activityTrends } from './activity-trends.js';
import type { Dataset } from './dataset.js';
import { events } from './events.js';
import { profilePerformance } from './profile-performance.js';

export const datasets: readonly Dataset[] = [activityTrends, profilePerformance, events];

const byId = new Map(datasets.map((dataset) => [dataset.id, dataset]));

/** @throws ServiceError `not_found` that names the datasets there are. */
export function findDataset(id: string): Dataset {
  const dataset = byId.get(id);
  if (dataset) return dataset;
  throw new ServiceError('not_found', `There is no such dataset; there are ${[...byId.keys()].join(', ')}.`);
}
