/** A text that differs when the events of a range of days do: what tells whether a report still says what is stored. */
import { createHash } from 'node:crypto';
import { queryRows } from '../datasets/query-rows.js';
import { contextOf, type FiguresContext } from './key-figures.js';

/**
 * From the counts of each day and of each type of event, which cost little where they are rolled. It does not move when events are
 * rolled. One event that is replaced by another of the same day, type and visitor goes unseen: no figure of a report tells them apart.
 * `client` is inside a transaction with one snapshot.
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
