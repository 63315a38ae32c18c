/** `GET /api/v1/accounting`: the outcome of all received events, by hour. */

import type { Pool } from '@millrace/shared/platform/postgres';
import { parseInstant } from '@millrace/shared/time/instant';
import { isCalendarDate } from '@millrace/shared/time/time';
import type { RequestHandler } from 'express';
import { readAccounts, totalsOf } from '../accounting/read-accounts.js';
import type { TimeRange } from '../query/resolved-query.js';
import { refusal } from '../query-request/refuse.js';
import { runShortStatement } from '../reading/in-snapshot.js';

const hourMs = 3_600_000;
const defaultHours = 24;
const maxHours = 10_000;

function instantOf(name: 'from' | 'to', text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const date = typeof text === 'string' && isCalendarDate(text) ? Date.parse(text) : undefined;
  const instant = date ?? (typeof text === 'string' ? parseInstant(text) : undefined);
  if (instant === undefined)
    throw refusal([name], 'must be a UTC date or an instant, such as 2026-11-14 or 2026-11-14T10:00:00Z');
  return name === 'to' && date !== undefined ? date + 24 * hourMs : instant;
}

/** Whole hours, by default the last 24. @throws ServiceError `invalid_request`. */
export function parseHours(query: Record<string, unknown>, now: Date): TimeRange {
  const unknown = Object.keys(query).find((name) => name !== 'from' && name !== 'to');
  if (unknown !== undefined) throw refusal([unknown], 'is not a parameter of accounting, which takes from and to');
  const [given, until] = [instantOf('from', query.from), instantOf('to', query.to)];
  const to = Math.ceil((until ?? now.getTime() + 1) / hourMs);
  const from = given === undefined ? to - defaultHours : Math.floor(given / hourMs);
  if (from >= to) throw refusal(['from'], 'must be before to');
  if (to - from > maxHours) throw refusal(['from'], `must be at most ${maxHours.toLocaleString('en')} hours before to`);
  return { from: new Date(from * hourMs), to: new Date(to * hourMs) };
}

export interface AccountingDependencies {
  /** Not a replica, which may lag. */
  writePool: Pool;
  clock?: () => Date;
}

export function accountingRoute({ writePool, clock = () => new Date() }: AccountingDependencies): RequestHandler {
  return async (req, res) => {
    const range = parseHours(req.query, clock());
    const hours = await runShortStatement(writePool, () => readAccounts(writePool, range));
    res.json({ hours, totals: totalsOf(hours) });
  };
}
