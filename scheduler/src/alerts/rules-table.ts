import { inTransaction, type Pool } from '@millrace/shared/platform/postgres';
import type { AlertRule, AlertState } from './alert-rule.js';

/** A rule without its secret, which is shown only once. */
export type ListedAlert = Omit<AlertRule, 'secret'> & AlertState & { createdAt: Date };

const columns = `rule.id, name, kind, condition, webhook, email, enabled, renotify_minutes as "renotifyMinutes",
  created_at as "createdAt", state, since, evaluated_at as "evaluatedAt", notified_at as "notifiedAt", summary, problem`;

const insert = `/* scheduler.insertAlert */
with rule as (
  insert into alert_rules (id, name, kind, condition, webhook, email, secret, enabled, renotify_minutes)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id)
insert into alert_states (rule_id) select id from rule`;

export async function insertAlert(pool: Pool, rule: AlertRule): Promise<void> {
  const { id, name, kind, condition, webhook, email, secret, enabled, renotifyMinutes } = rule;
  const values = [id, name, kind, JSON.stringify(condition), webhook, email, secret, enabled, renotifyMinutes];
  await pool.query(insert, values);
}

export async function listAlerts(pool: Pool): Promise<ListedAlert[]> {
  const { rows } = await pool.query<ListedAlert>(
    `/* scheduler.listAlerts */ select ${columns} from alert_rules rule join alert_states on rule_id = rule.id
     order by created_at, rule.id`,
  );
  return rows;
}

/** `id` may be any text. */
export async function findAlert(pool: Pool, id: string): Promise<ListedAlert | undefined> {
  const { rows } = await pool.query<ListedAlert>(
    `/* scheduler.findAlert */ select ${columns} from alert_rules rule join alert_states on rule_id = rule.id
     where rule.id::text = $1`,
    [id],
  );
  return rows[0];
}

const update = `/* scheduler.updateAlert */
update alert_rules set name = $2, condition = $3, webhook = $4, email = $5,
  secret = coalesce($6, case when $4::text is not null then secret end), enabled = $7, renotify_minutes = $8
where id = $1`;

/** Disabling a rule resets its state without a message. */
const resetState = `/* scheduler.resetState */
update alert_states set state = 'ok', since = now(), notified_at = null, summary = null, problem = null where rule_id = $1`;

/** A null `secret` keeps the existing one if the rule still has a webhook. */
export function updateAlert(pool: Pool, rule: AlertRule): Promise<void> {
  const { id, name, condition, webhook, email, secret, enabled, renotifyMinutes } = rule;
  return inTransaction(pool, async (client) => {
    const values = [id, name, JSON.stringify(condition), webhook, email, secret, enabled, renotifyMinutes];
    await client.query(update, values);
    if (!enabled) await client.query(resetState, [id]);
  });
}

/** Also deletes its state and deliveries. */
export async function deleteAlert(pool: Pool, id: string): Promise<void> {
  await pool.query('/* scheduler.deleteAlert */ delete from alert_rules where id = $1', [id]);
}
