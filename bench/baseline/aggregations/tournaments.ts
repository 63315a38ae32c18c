/** Turns a site's tournaments into the figures of every period, as a straightforward program does. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { groupBy, type PlainEvent, percent, periodStart, periodTypes, readEvents, upsert } from './plain-rows.js';

const average = (values: number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

function figuresOf(events: PlainEvent[]) {
  const created = new Map<string, PlainEvent>();
  const completed = new Map<string, PlainEvent>();
  for (const event of events) {
    const latest = event.event_type === 'tournament_created' ? created : completed;
    latest.set(event.properties!.tournament_id!, event);
  }
  const all = [...new Map([...created, ...completed]).values()];
  const players = all.map(({ properties }) => Number(properties!.players));
  const formats = [...groupBy(all, ({ properties }) => properties!.format!)];
  formats.sort(([a, first], [b, second]) => second.length - first.length || (a < b ? -1 : 1));
  return {
    created: created.size,
    completed: completed.size,
    completion_rate: percent(completed.size, created.size),
    total_players: players.reduce((sum, count) => sum + count, 0),
    average_players: average(players),
    average_duration: average([...completed.values()].map(({ properties }) => Number(properties!.duration_minutes))),
    most_popular_format: formats[0]![0],
    revenue: {},
  };
}

export async function tournaments(pool: Pool, siteId: string): Promise<void> {
  const events = await readEvents(pool, siteId, ['tournament_created', 'tournament_completed']);
  for (const type of periodTypes) {
    for (const [period_start, group] of groupBy(events, ({ timestamp }) => periodStart(timestamp, type))) {
      const key = { site_id: siteId, period_type: type, period_start };
      await upsert(pool, 'tournament_aggregates', key, figuresOf(group));
    }
  }
}
