import { createHash } from 'node:crypto';
import { queryRows } from '../datasets/query-rows.js';
import { contextOf, type FiguresContext } from './key-figures.js';

/**
 * A fingerprint of the events of a range of days, to find out whether a report is still up to date. Hashes the counts per day and per
 * event type, which rollups make cheap; rolling up events does not change it. Replacing an event by another of the same day, type and
 * visitor goes unnoticed, because it changes no figure of a report. `client` must be in a snapshot transaction.
 */
export async function readDataVersion(context: FiguresContext): Promise<string> {
  const all = contextOf(context, context.days);
  const byDay = await queryRows(all, {
    metrics: ['events', 'views', 'visitors'],
    dimensions: ['time:day'],
  });
  const byType = await queryRows(all, {
    metrics: ['events', 'visitors'],
    dimensions: ['event_type'],
    order_by: [['event_type', 'asc']],
  });
  return createHash('sha256')
    .update(JSON.stringify([byDay, byType]))
    .digest('hex');
}
