/** Applies a measurement to the state of its rule; a change of state queues one message. */
import { randomUUID } from 'node:crypto';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { AlertEvent, ClaimedRule } from './alert-rule.js';
import type { Measurement } from './measures.js';
import { messageBody } from './message-body.js';

/** The message to send, if any. */
function dueMessage(rule: ClaimedRule, { firing }: Measurement, now: Date): AlertEvent | undefined {
  if (firing !== (rule.state === 'firing')) return firing ? 'firing' : 'resolved';
  if (!firing || rule.renotifyMinutes === null) return undefined;
  const silentMs = now.getTime() - (rule.notifiedAt?.getTime() ?? 0);
  return silentMs >= rule.renotifyMinutes * 60_000 ? 'reminder' : undefined;
}

const recordMeasurement = `/* scheduler.recordMeasurement */
update alert_states set summary = $2, problem = $3 where rule_id = $1`;

/** Only from the claimed state: if two replicas reach the same result, only one changes the row and writes the message. */
const changeState = `/* scheduler.changeAlertState */
with changed as (
  update alert_states set state = $2, since = $3, notified_at = $4, summary = $5, problem = null
  where rule_id = $1 and state = $6 and notified_at is not distinct from $7 returning rule_id)
insert into alert_deliveries (id, rule_id, event, body, created_at, next_attempt_at)
select $8, rule_id, $9, $10, $4, $4 from changed`;

/** Returns the queued message; undefined if there was nothing to send or another replica sent it. */
export async function applyMeasurement(
  pool: Pool,
  rule: ClaimedRule,
  measured: Measurement,
  now: Date,
): Promise<AlertEvent | undefined> {
  const event = dueMessage(rule, measured, now);
  if (!event) {
    await pool.query(recordMeasurement, [rule.id, measured.summary, null]);
    return undefined;
  }
  const [id, since] = [randomUUID(), event === 'reminder' ? rule.since : now];
  const body = messageBody({ id, event, rule, since, at: now, summary: measured.summary });
  const { rowCount } = await pool.query(changeState, [
    ...[rule.id, measured.firing ? 'firing' : 'ok', since, now, measured.summary],
    ...[rule.state, rule.notifiedAt, id, event, body],
  ]);
  return rowCount === 1 ? event : undefined;
}

/** A failed measurement does not change the state: the condition is simply unknown. */
export async function recordProblem(pool: Pool, rule: ClaimedRule, problem: string): Promise<void> {
  await pool.query('/* scheduler.recordProblem */ update alert_states set problem = $2 where rule_id = $1', [
    rule.id,
    problem,
  ]);
}
