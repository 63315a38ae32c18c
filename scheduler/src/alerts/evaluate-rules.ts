/** Turns the rules that are due into changes of their states. */
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Queues } from '../open-queues.js';
import { applyMeasurement, noteProblem } from './change-state.js';
import { type ClaimedRule, claimRules } from './claim-rules.js';
import { measureRule } from './measure-rule.js';

export interface EvaluationDeps {
  pool: Pool;
  queues: Pick<Queues, 'get'>;
  logger: Logger;
  clock: () => Date;
}

async function evaluate(rule: ClaimedRule, { pool, queues, logger, clock }: EvaluationDeps): Promise<void> {
  const now = clock();
  try {
    const measured = await measureRule(rule, { pool, queues, now });
    const event = await applyMeasurement(pool, rule, measured, now);
    if (event) logger.warn({ rule: rule.id, name: rule.name, event, summary: measured.summary }, 'alert');
  } catch (error) {
    logger.error({ err: error, rule: rule.id }, 'an alert rule could not be evaluated');
    await noteProblem(pool, rule, (error as Error).message.slice(0, 500));
  }
}

/** A queue that is away must not keep all the others waiting, nor may rules take all connections. */
const rulesAtATime = 4;

/** Returns how many were evaluated. */
export async function evaluateRules(deps: EvaluationDeps): Promise<number> {
  const rules = await claimRules(deps.pool, deps.clock());
  for (let from = 0; from < rules.length; from += rulesAtATime) {
    await Promise.all(rules.slice(from, from + rulesAtATime).map((rule) => evaluate(rule, deps)));
  }
  return rules.length;
}
