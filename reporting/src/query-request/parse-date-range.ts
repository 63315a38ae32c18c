import { dayMs } from '@millrace/shared/time/durations';
import { parseInstant } from '@millrace/shared/time/instant';
import { isCalendarDate } from '@millrace/shared/time/time';
import type { RangeInput } from './alias-names.js';
import { queryLimits, type RangeName } from './query-names.js';
import { rangeProblem } from './range-problem.js';
import { type FieldPath, refusal } from './refuse.js';

/** Two dates, both included. */
export interface DaySpan {
  kind: 'days';
  from: string;
  to: string;
}

/** Half-open. */
export interface InstantSpan {
  kind: 'instants';
  from: Date;
  to: Date;
}

export type Span = DaySpan | InstantSpan;
export type DateRange = { kind: 'named'; name: RangeName } | Span;

const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2101, 0, 1);
const limits = 'must lie between 2000-01-01 and 2100-12-31';
/** `date` is written YYYY-MM-DD. */
export const isWithinLimits = (date: string): boolean => date >= '2000-01-01' && date <= '2100-12-31';
const years = `must not be longer than 30 years (${queryLimits.rangeDays.toLocaleString('en')} days)`;

/** Names have been validated by the schema. @throws ServiceError `invalid_request`. */
export function parseDateRange(input: RangeInput, path: FieldPath): DateRange {
  if (typeof input === 'string') return namedRange(input, path);
  const [from, to] = input;
  if (isCalendarDate(from) && isCalendarDate(to)) return daySpan(from, to, path);
  const instants = [parseInstant(from), parseInstant(to)] as const;
  if (instants[0] === undefined || instants[1] === undefined) throw refusal(path, rangeProblem(input));
  return instantSpan(instants[0], instants[1], path);
}

function namedRange(name: string, path: FieldPath): DateRange {
  if (/^\d+d$/.test(name) && Number.parseInt(name, 10) > queryLimits.rangeDays) throw refusal(path, years);
  return { kind: 'named', name: name as RangeName };
}

function daySpan(from: string, to: string, path: FieldPath): DaySpan {
  if (!isWithinLimits(from) || !isWithinLimits(to)) throw refusal(path, limits);
  if (from > to) throw refusal(path, 'must not begin after it ends');
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  if (days > queryLimits.rangeDays) throw refusal(path, years);
  return { kind: 'days', from, to };
}

function instantSpan(from: number, to: number, path: FieldPath): InstantSpan {
  if (from < earliest || to > latest) throw refusal(path, limits);
  if (from >= to) throw refusal(path, 'must begin before it ends');
  if (to - from > queryLimits.rangeDays * dayMs) throw refusal(path, years);
  return { kind: 'instants', from: new Date(from), to: new Date(to) };
}
