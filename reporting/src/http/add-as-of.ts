/** Adds `meta.as_of` to answers that come from a standby: exact, but as of what it has replayed, which may be hours ago. */
import { withTimeout } from '@millrace/shared/platform/health';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { RequestHandler } from 'express';

const statement = `/* reporting.readAsOf */
select pg_is_in_recovery() as "isStandby", pg_last_xact_replay_timestamp() as "asOf"`;

/** A database that hangs is left for the route to report. */
const timeoutMs = 1_000;

/**
 * Commit time, on the primary, of the newest transaction that a standby has replayed: later reads see everything committed by
 * then. Null when it has replayed nothing since it started; undefined on a primary.
 */
async function readAsOf(pool: Pool): Promise<Date | null | undefined> {
  const { rows } = await pool.query<{ isStandby: boolean; asOf: Date | null }>(statement);
  return rows[0]!.isStandby ? rows[0]!.asOf : undefined;
}

/** The time is read before the answer takes its snapshot, so that `as_of` is never too late. */
export function addAsOf(pool: Pool): RequestHandler {
  return async (_req, res, next) => {
    const asOf = await withTimeout(readAsOf(pool), timeoutMs, 'the standby').catch(() => undefined);
    if (asOf === undefined) return next();
    // For answers that are not sent with `res.json`.
    res.locals.asOf = asOf;
    const send = res.json.bind(res);
    res.json = (body: { meta?: object }) =>
      send(body?.meta === undefined ? body : { ...body, meta: { ...body.meta, as_of: asOf } });
    next();
  };
}
