/** Turns the messages that are due into those that this replica delivers now: each is claimed by one. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Target } from './alert-rule.js';

export interface ClaimedDelivery extends Target {
  id: string;
  event: string;
  body: string;
  /** With the one that begins now. */
  attempts: number;
}

/** When an attempt counts as lost with its process; longer than any attempt takes. */
export const attemptMs = 60_000;
const deliveriesAtOnce = 10;

/** A rule's messages leave in their order: what is resolved is told after what fired. */
const statement = `/* scheduler.claimDeliveries */
update alert_deliveries delivery set attempts = attempts + 1, next_attempt_at = $2 from alert_rules rule
where rule.id = delivery.rule_id and delivery.id in (
  select id from alert_deliveries due
  where next_attempt_at <= $1 and not exists (
    select 1 from alert_deliveries earlier
    where earlier.rule_id = due.rule_id and earlier.next_attempt_at is not null and earlier.created_at < due.created_at)
  order by next_attempt_at limit $3 for update skip locked)
returning delivery.id, event, body, attempts, webhook, email, secret`;

export async function claimDeliveries(pool: Pool, now: Date): Promise<ClaimedDelivery[]> {
  const lostAt = new Date(now.getTime() + attemptMs);
  const { rows } = await pool.query<ClaimedDelivery>(statement, [now, lostAt, deliveriesAtOnce]);
  return rows;
}
