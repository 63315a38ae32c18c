import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import type { TimeRange } from '../query/resolved-query.js';
import type { WeekStart } from './calendar.js';
import type { DateRange, InstantSpan, Span } from './parse-date-range.js';
import { type DayPreset, dayPresets, lastDays, recentPresets } from './presets.js';
import type { RangeName } from './query-names.js';

/** What the relative parts of a request are resolved by. */
export interface QueryContext {
  now: Date;
  /** Used when the request has no time zone. */
  siteTimezone: string;
  /** Of the site; absent when it has no events. */
  firstEvent?: Date | undefined;
  lastEvent?: Date | undefined;
}

const minuteMs = 60_000;

function lastMinutes(now: Date, minutes: number): InstantSpan {
  return { kind: 'instants', from: new Date(now.getTime() - minutes * minuteMs), to: now };
}

const dayCount = (name: string): number | undefined => (/^\d+d$/.test(name) ? Number.parseInt(name, 10) : undefined);

/** The preset of a range name, for names of whole days; undefined for the others. */
export function dayPresetOf(name: RangeName): DayPreset | undefined {
  const count = dayCount(name);
  return count === undefined ? (dayPresets as Partial<Record<RangeName, DayPreset>>)[name] : lastDays(count);
}

/** Events may be dated up to a day ahead of the clock; all time includes them. */
function allTime(today: string, zone: string, { firstEvent, lastEvent }: Omit<QueryContext, 'siteTimezone'>): Span {
  const days = [firstEvent, lastEvent].flatMap((event) => (event ? [dayOf(event, zone)] : []));
  const [from = today, to = today] = [days.at(0), days.at(-1)];
  return { kind: 'days', from, to: to > today ? to : today };
}

export function resolveSpan(
  range: DateRange,
  zone: string,
  context: Omit<QueryContext, 'siteTimezone'>,
  weekStart: WeekStart = 'monday',
): Span {
  if (range.kind !== 'named') return range;
  const { name } = range;
  if (name === '24h' || name === 'realtime') return lastMinutes(context.now, recentPresets[name].minutes);
  const today = dayOf(context.now, zone);
  const preset = dayPresetOf(name);
  if (!preset) return allTime(today, zone, context);
  return { kind: 'days', from: preset.from(today, weekStart), to: preset.to(today, weekStart) };
}

/** Empty when the only day is one that the zone skipped. */
export function toTimeRange(span: Span, zone: string): TimeRange {
  if (span.kind === 'instants') return { from: span.from, to: span.to };
  return { from: dayStart(span.from, zone), to: dayStart(addDays(span.to, 1), zone) };
}
