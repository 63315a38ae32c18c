/** All datasets. To add one, write its file and add a line here. */
import { ServiceError } from '@millrace/shared/platform/errors';
import { activityTrends } from './activity-trends.js';
import { cohorts } from './cohorts.js';
import { comprehensive } from './comprehensive.js';
import { costAnalysis } from './cost-analysis.js';
import { costs } from './costs.js';
import type { Dataset } from './dataset.js';
import { engagementMetrics } from './engagement-metrics.js';
import { events } from './events.js';
import { performanceMetrics } from './performance-metrics.js';
import { profilePerformance } from './profile-performance.js';
import { publisherPerformance } from './publisher-performance.js';
import { recentActivity } from './recent-activity.js';
import { revenue } from './revenue.js';
import { revenueSummary } from './revenue-summary.js';
import { siteMetrics } from './site-metrics.js';
import { timeseries } from './timeseries.js';
import { topItemsDataset } from './top-items.js';
import { tournaments } from './tournaments.js';
import { transactions } from './transactions.js';
import { userGrowthDataset } from './user-growth.js';

export const datasets: readonly Dataset[] = [
  performanceMetrics,
  userGrowthDataset,
  activityTrends,
  topItemsDataset,
  recentActivity,
  comprehensive,
  timeseries,
  engagementMetrics,
  profilePerformance,
  publisherPerformance,
  revenue,
  revenueSummary,
  costAnalysis,
  cohorts,
  tournaments,
  siteMetrics,
  events,
  transactions,
  costs,
];

const byId = new Map(datasets.map((dataset) => [dataset.id, dataset]));

/** @throws ServiceError `not_found` that lists the datasets. */
export function findDataset(id: string): Dataset {
  const dataset = byId.get(id);
  if (dataset) return dataset;
  throw new ServiceError('not_found', `There is no such dataset. The datasets are ${[...byId.keys()].join(', ')}.`);
}
