import { randomUUID } from 'node:crypto';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Target } from './alert-rule.js';
import { messageBody } from './message-body.js';
import type { ListedAlert } from './rules-table.js';

export interface ClaimedDelivery extends Target {
  id: string;
  event: string;
  body: string;
  /** Including the current attempt. */
  attempts: number;
}

/** After this time an attempt is considered lost with its process; longer than any attempt takes. */
const attemptMs = 60_000;
const deliveriesAtOnce = 10;

/** Messages of a rule are sent in order, so `resolved` never precedes `firing`. */
const claim = `/* scheduler.claimDeliveries */
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
  const { rows } = await pool.query<ClaimedDelivery>(claim, [now, lostAt, deliveriesAtOnce]);
  return rows;
}

export interface ListedDelivery {
  id: string;
  event: string;
  status: 'pending' | 'delivered' | 'failed';
  attempts: number;
  createdAt: Date;
  nextAttemptAt: Date | null;
  deliveredAt: Date | null;
  error: string | null;
}

const list = `/* scheduler.listDeliveries */
select id, event, attempts, created_at as "createdAt", next_attempt_at as "nextAttemptAt", delivered_at as "deliveredAt", error,
  case when delivered_at is not null then 'delivered' when next_attempt_at is not null then 'pending' else 'failed' end as status
from alert_deliveries where rule_id = $1 order by created_at desc, id limit $2 offset $3`;

/** Newest first. */
export async function listDeliveries(
  pool: Pool,
  ruleId: string,
  limit: number,
  offset: number,
): Promise<ListedDelivery[]> {
  const { rows } = await pool.query<ListedDelivery>(list, [ruleId, limit, offset]);
  return rows;
}

const insertTest = `/* scheduler.insertTestDelivery */
with delivery as (
  insert into alert_deliveries (id, rule_id, event, body, created_at, attempts, next_attempt_at)
  values ($1, $2, 'test', $3, $4, 1, $5) returning *)
select delivery.id, event, body, attempts, webhook, email, secret from delivery join alert_rules on alert_rules.id = rule_id`;

/** Inserts a test message that is already claimed by the caller for its first attempt. */
export async function claimTestDelivery(pool: Pool, rule: ListedAlert, now: Date): Promise<ClaimedDelivery> {
  const id = randomUUID();
  const summary = 'This is a test: an alert would be sent here.';
  const body = messageBody({ id, event: 'test', rule, since: now, at: now, summary });
  const lostAt = new Date(now.getTime() + attemptMs);
  const { rows } = await pool.query<ClaimedDelivery>(insertTest, [id, rule.id, body, now, lostAt]);
  return rows[0]!;
}
