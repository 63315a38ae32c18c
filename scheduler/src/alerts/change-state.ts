/** Turns a measurement into the state of its rule, and a change of state into one message to be delivered. */
import { randomUUID } from 'node:crypto';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { AlertEvent } from './alert-rule.js';
import type { ClaimedRule } from './claim-rules.js';
import type { Measurement } from './measures/measure.js';
import { messageBody } from './message-body.js';

/** What there is to tell, if anything. */
function eventOf(rule: ClaimedRule, { firing }: Measurement, now: Date): AlertEvent | undefined {
  if (firing !== (rule.state === 'firing')) return firing ? 'firing' : 'resolved';
  if (!firing || rule.renotifyMinutes === null) return undefined;
  const silentMs = now.getTime() - (rule.notifiedAt?.getTime() ?? 0);
  return silentMs >= rule.renotifyMinutes * 60_000 ? 'reminder' : undefined;
}

const noteMeasurement = `/* scheduler.noteMeasurement */
update alert_states set summary = $2, problem = $3 where rule_id = $1`;

/** Only from the state that was claimed: of two that come to the same end, one changes a row and writes the message. */
const changeState = `/* scheduler.changeAlertState */
with changed as (
  update alert_states set state = $2, since = $3, notified_at = $4, summary = $5, problem = null
  where rule_id = $1 and state = $6 and notified_at is not distinct from $7 returning rule_id)
insert into alert_deliveries (id, rule_id, event, body, created_at, next_attempt_at)
select $8, rule_id, $9, $10, $4, $4 from changed`;

/** Returns what was newly told; undefined when nothing was to be told, or another replica did. */
export async function applyMeasurement(
  pool: Pool,
  rule: ClaimedRule,
  measured: Measurement,
  now: Date,
): Promise<AlertEvent | undefined> {
  const event = eventOf(rule, measured, now);
  if (!event) {
    await pool.query(noteMeasurement, [rule.id, measured.summary, null]);
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

/** What cannot be measured changes no state: neither that all is well nor that something is wrong is known. */
export async function noteProblem(pool: Pool, rule: ClaimedRule, problem: string): Promise<void> {
  await pool.query('/* scheduler.noteAlertProblem */ update alert_states set problem = $2 where rule_id = $1', [
    rule.id,
    problem,
  ]);
}
