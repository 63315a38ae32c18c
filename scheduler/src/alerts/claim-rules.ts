/** Turns the rules that are due into those that this replica evaluates now: each is claimed by one. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { AlertRule, AlertState } from './alert-rule.js';

/** A rule as it was when it was claimed. */
export type ClaimedRule = AlertRule & { state: AlertState['state']; since: Date; notifiedAt: Date | null };

/** How long the evaluation of a rule holds. */
export const evaluationMs = 15_000;
const rulesAtOnce = 40;

const statement = `/* scheduler.claimRules */
update alert_states set evaluated_at = $1 from alert_rules rule
where rule.id = alert_states.rule_id and alert_states.rule_id in (
  select rule_id from alert_states join alert_rules on alert_rules.id = rule_id
  where enabled and (evaluated_at is null or evaluated_at <= $2)
  order by evaluated_at nulls first limit $3 for update of alert_states skip locked)
returning rule.id, name, kind, condition, webhook, email, secret, enabled, renotify_minutes as "renotifyMinutes",
  state, since, notified_at as "notifiedAt"`;

export async function claimRules(pool: Pool, now: Date): Promise<ClaimedRule[]> {
  const evaluatedBefore = new Date(now.getTime() - evaluationMs);
  const { rows } = await pool.query<ClaimedRule>(statement, [now, evaluatedBefore, rulesAtOnce]);
  return rows;
}
