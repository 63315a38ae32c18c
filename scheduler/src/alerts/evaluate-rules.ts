import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Queues } from '../open-queues.js';
import type { ClaimedRule } from './alert-rule.js';
import { applyMeasurement, recordProblem } from './change-state.js';
import { measureRule } from './measures.js';

export interface EvaluationDeps {
  pool: Pool;
  queues: Pick<Queues, 'get'>;
  logger: Logger;
  clock: () => Date;
}

/** How often a rule is evaluated. */
const evaluationMs = 15_000;
const rulesAtOnce = 40;

const statement = `/* scheduler.claimRules */
update alert_states set evaluated_at = $1 from alert_rules rule
where rule.id = alert_states.rule_id and alert_states.rule_id in (
  select rule_id from alert_states join alert_rules on alert_rules.id = rule_id
  where enabled and (evaluated_at is null or evaluated_at <= $2)
  order by evaluated_at nulls first limit $3 for update of alert_states skip locked)
returning rule.id, name, kind, condition, webhook, email, secret, enabled, renotify_minutes as "renotifyMinutes",
  state, since, notified_at as "notifiedAt"`;

async function claimRules(pool: Pool, now: Date): Promise<ClaimedRule[]> {
  const evaluatedBefore = new Date(now.getTime() - evaluationMs);
  const { rows } = await pool.query<ClaimedRule>(statement, [now, evaluatedBefore, rulesAtOnce]);
  return rows;
}

async function evaluate(rule: ClaimedRule, { pool, queues, logger, clock }: EvaluationDeps): Promise<void> {
  const now = clock();
  try {
    const measured = await measureRule(rule, { pool, queues, now });
    const event = await applyMeasurement(pool, rule, measured, now);
    if (event) logger.warn({ rule: rule.id, name: rule.name, event, summary: measured.summary }, 'alert');
  } catch (error) {
    logger.error({ err: error, rule: rule.id }, 'could not evaluate an alert rule');
    await recordProblem(pool, rule, (error as Error).message.slice(0, 500));
  }
}

/** Concurrent, so an unreachable queue does not block other rules; limited, to leave connections for the rest. */
const rulesAtATime = 4;

/** Returns the number of evaluated rules. */
export async function evaluateRules(deps: EvaluationDeps): Promise<number> {
  const rules = await claimRules(deps.pool, deps.clock());
  for (let from = 0; from < rules.length; from += rulesAtATime) {
    await Promise.all(rules.slice(from, from + rulesAtATime).map((rule) => evaluate(rule, deps)));
  }
  return rules.length;
}
