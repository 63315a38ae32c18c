import Joi from 'joi';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn, Row } from './dataset.js';
import { countedParams } from './filters-param.js';
import { itemsParam } from './items-param.js';
import { batchesInMemory, queryRows } from './query-rows.js';

/** Dimension of each kind of item, and what it is called. */
const kinds: Record<string, { dimension: string; title: string }> = {
  paths: { dimension: 'path', title: 'Path' },
  referrers: { dimension: 'referrer', title: 'Referrer' },
  profiles: { dimension: 'profile_id', title: 'Profile' },
  event_types: { dimension: 'event_type', title: 'Type' },
};
const metrics = ['events', 'views', 'visitors', 'share'];

const columns = ({ of }: DatasetParams): Column[] => [
  { name: 'rank', title: 'Rank', type: 'integer' },
  { name: 'item', title: kinds[of]!.title, type: 'text' },
  { name: 'events', title: 'Events', type: 'integer' },
  { name: 'views', title: 'Views', type: 'integer' },
  { name: 'visitors', title: 'Visitors', type: 'integer' },
  { name: 'share', title: 'Share of visitors', type: 'number', unit: 'percent' },
];
const key = ({ by }: DatasetParams): KeyColumn[] => [{ name: by, direction: 'desc' }, { name: 'item' }];

/** Events without a profile have no such item, so they are left out. */
const excludeNone = (dimension: string) => (dimension === 'profile_id' ? [['is_set', dimension]] : []);

/** One expression, or a list of them. */
const listed = (filters: unknown[] = []) => (typeof filters[0] === 'string' ? [filters] : filters);

export async function topItems(
  context: DatasetContext,
  { of, by, limit, filters, include_bots }: DatasetParams,
): Promise<Row[]> {
  const { dimension } = kinds[of]!;
  const rows = await queryRows(context, {
    metrics,
    dimensions: [dimension],
    filters: [...listed(filters), ...excludeNone(dimension)],
    include_bots,
    order_by: [
      [by, 'desc'],
      [dimension, 'asc'],
    ],
    limit,
  });
  return rows.map((row, place) => [String(place + 1), ...row]);
}

export const topItemsDataset: Dataset = {
  id: 'top-items',
  title: 'Top items',
  description:
    'Top paths, referrers, profiles or event types of the range by events, views or visitors. Visits without a referrer have `direct`; events without a profile are left out. `share` is in percent of all visitors; shares add up to more than 100 if a visitor is in several rows.',
  defaultRange: '30d',
  params: {
    of: Joi.string()
      .valid(...Object.keys(kinds))
      .default('paths'),
    by: Joi.string().valid('events', 'views', 'visitors').default('events'),
    limit: itemsParam,
    ...countedParams,
  },
  example: { date_range: '30d', of: 'paths', by: 'views', limit: 10 },
  reads: 'events',
  columns,
  key,
  rows: (context, params) => batchesInMemory(context, params, topItemsDataset, () => topItems(context, params)),
};
