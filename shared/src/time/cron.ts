/** Computes when a cron expression fires in a time zone. */

import { CronExpressionParser } from 'cron-parser';
import nodeCron from 'node-cron';
import { type CronFields, readCronFields } from './cron-fields.js';
import { findCronProblem } from './cron-problem.js';
import { dayMs } from './durations.js';
import { isTimeZone } from './time.js';
import { offsetSpans } from './zone-offsets.js';

export interface Cron {
  /** The first slot after an instant. */
  slotAfter(instant: Date): Date;
}

export type ParsedCron = { cron: Cron; problem?: undefined } | { problem: string; field: 'cron' | 'timezone' };

const hoursOfDay = 24;
const maxLength = 128;

/** The next local time that matches the expression; local times are represented as if they were UTC. */
type LocalAfter = (localMs: number) => number;

/** The instant of a local time: the first if it happens twice, the end of the gap if it does not exist. */
function instantOf(localMs: number, zone: string): number {
  for (const span of offsetSpans(localMs - 2 * dayMs, localMs + 2 * dayMs, zone)) {
    const instant = Math.max(localMs - span.offset, span.from);
    if (instant < span.to) return instant;
  }
  throw new RangeError(`no instant for ${new Date(localMs).toISOString()} in ${zone}`);
}

/** The latest local time that the clock has shown until an instant, which differs from the current one after it was set back. */
const latestLocalTime = (instant: number, zone: string) =>
  Math.max(...offsetSpans(instant - 2 * dayMs, instant + 1, zone).map(({ to, offset }) => to - 1 + offset));

/** For expressions with specific hours: every matching local time fires once. */
const fixedSlotAfter = (after: number, localAfter: LocalAfter, zone: string) =>
  instantOf(localAfter(latestLocalTime(after, zone)), zone);

/** For expressions that match every hour: they keep firing by the clock through every change. */
function hourlySlotAfter(after: number, localAfter: LocalAfter, zone: string): number {
  for (let from = after; ; ) {
    // 29 February may be four years away, and eight around 2100.
    for (const span of offsetSpans(from + 1, from + 366 * dayMs, zone)) {
      const instant = localAfter(Math.max(span.from - 1, from) + span.offset) - span.offset;
      if (instant < span.to) return instant;
    }
    from += 366 * dayMs - 1;
  }
}

type ReadExpression = { localAfter: LocalAfter; isEachHour: boolean; problem?: undefined } | { problem: string };

function createLocalAfter({ expression, isDay = () => true }: CronFields): { localAfter: LocalAfter; hours: number } {
  const parsed = CronExpressionParser.parse(expression, { tz: 'UTC' });
  const next = (localMs: number) => {
    parsed.reset(new Date(localMs));
    return parsed.next().getTime();
  };
  const localAfter = (localMs: number) => {
    let slot = next(localMs);
    while (!isDay(slot)) slot = next(slot - (slot % dayMs) + dayMs - 1);
    return slot;
  };
  return { localAfter, hours: parsed.fields.hour.values.length };
}

/** Parses an expression, or explains why it is invalid. */
function readExpression(expression: string): ReadExpression {
  if (expression.length > maxLength) return { problem: `the expression has more than ${maxLength} characters` };
  const example = 'five or six fields such as "0 3 * * 1" (Mondays at 03:00), a sixth before them for seconds';
  const wrong = findCronProblem(expression);
  if (wrong !== undefined) return { problem: `"${expression}" ${wrong}` };
  if (!nodeCron.validate(expression)) return { problem: `"${expression}" is not a cron expression: ${example}` };
  try {
    const { localAfter, hours } = createLocalAfter(readCronFields(expression));
    localAfter(0);
    return { localAfter, isEachHour: hours === hoursOfDay };
  } catch (error) {
    return { problem: `"${expression}" is not a cron expression (${(error as Error).message})` };
  }
}

/**
 * Supports five fields, six with seconds first, and macros such as `@daily`. If both day of month and day of week are given,
 * either may match, unless one of them begins with `*`: then both must, as in cron(8).
 *
 * When clocks change, an expression with specific hours fires once for each matching local time: a time that does not exist fires
 * at the end of the gap (02:30 at 03:00), a time that happens twice fires the first time, and two that coincide fire once. An
 * expression that matches every hour fires whenever the clock matches, including in the repeated hour. (Neither library handles
 * all of this, for example Lord Howe's half hour or a midnight that does not exist.)
 */
export function parseCron(expression: string, zone: string): ParsedCron {
  const zoneProblem = isTimeZone(zone) ? [] : [`"${zone}" is not an IANA time zone such as Europe/Berlin`];
  const read = readExpression(expression);
  if (read.problem !== undefined) return { problem: [read.problem, ...zoneProblem].join('; '), field: 'cron' };
  if (zoneProblem.length > 0) return { problem: zoneProblem.join(), field: 'timezone' };
  const { localAfter, isEachHour } = read;
  const slotAfter = isEachHour ? hourlySlotAfter : fixedSlotAfter;
  return { cron: { slotAfter: (instant) => new Date(slotAfter(instant.getTime(), localAfter, zone)) } };
}

/** The next `count` slots after an instant. */
export function nextSlots(cron: Cron, after: Date, count: number): Date[] {
  const slots: Date[] = [];
  for (let slot = after; slots.length < count; slots.push(slot)) slot = cron.slotAfter(slot);
  return slots;
}

const lookBacks = [2 / 24, 2, 40, 400, 9 * 366].map((days) => days * dayMs);

/** The latest slot in `(after, until]`. */
export function newestSlot(cron: Cron, after: Date, until: Date): Date | undefined {
  for (const lookBack of lookBacks) {
    const from = new Date(Math.max(after.getTime(), until.getTime() - lookBack));
    const slots = slotsBetween(cron, from, until);
    if (slots.length > 0) return slots.at(-1);
    if (from.getTime() === after.getTime()) return undefined;
  }
  return undefined;
}

/** The first `limit` slots in `(after, until]`. */
export function slotsBetween(cron: Cron, after: Date, until: Date, limit = Number.POSITIVE_INFINITY): Date[] {
  const slots: Date[] = [];
  let slot = cron.slotAfter(after);
  for (; slot <= until && slots.length < limit; slot = cron.slotAfter(slot)) slots.push(slot);
  return slots;
}
