/** `meta.as_of`: a standby answers exactly, but as of what it has replayed, which may be hours ago. */
import { withTimeout } from '@millrace/shared/platform/health';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { RequestHandler } from 'express';

const statement = `/* reporting.readAsOf */
select pg_is_in_recovery() as "isStandby", pg_last_xact_replay_timestamp() as "asOf"`;

/** A database that hangs is for the route itself to tell. */
const timeoutMs = 1_000;

/**
 * When the newest transaction that a standby has replayed was committed on its primary: all that was committed by then is in an
 * answer that is read afterwards. Null when it has replayed none since its start; undefined on a primary.
 */
async function readAsOf(pool: Pool): Promise<Date | null | undefined> {
  const { rows } = await pool.query<{ isStandby: boolean; asOf: Date | null }>(statement);
  return rows[0]!.isStandby ? rows[0]!.asOf : undefined;
}

/** Puts `as_of` into the `meta` of every answer that has one. Asked before the answer's own snapshot is taken, so that it never promises too much. */
export function addAsOf(pool: Pool): RequestHandler {
  return async (_req, res, next) => {
    const asOf = await withTimeout(readAsOf(pool), timeoutMs, 'the standby').catch(() => undefined);
    if (asOf === undefined) return next();
    // For answers that are not sent as objects.
    res.locals.asOf = asOf;
    const send = res.json.bind(res);
    res.json = (body: { meta?: object }) =>
      send(body?.meta === undefined ? body : { ...body, meta: { ...body.meta, as_of: asOf } });
    next();
  };
}
