/** `/api/v1/alerts`: alert rules, their deliveries, and test messages. */
import { randomUUID } from 'node:crypto';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { accessOf, requireAllSites } from '@millrace/shared/access/require-scope';
import {
  type OutboundEnvironment,
  type OutboundSettings,
  outboundSettings,
} from '@millrace/shared/outbound/outbound-settings';
import { newSecret } from '@millrace/shared/outbound/sign-body';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type RequestHandler, Router } from 'express';
import type { AlertRule } from '../alerts/alert-rule.js';
import { attemptDelivery, type DeliveryDeps } from '../alerts/deliver-messages.js';
import { claimTestDelivery, listDeliveries } from '../alerts/deliveries-table.js';
import { alertChangeSchema, kindSchema, newAlertSchema, toAlertChange, toNewAlert } from '../alerts/parse-alert.js';
import {
  deleteAlert,
  findAlert,
  insertAlert,
  type ListedAlert,
  listAlerts,
  updateAlert,
} from '../alerts/rules-table.js';
import { checkRequest, offsetOf, readBody, readPage, sendData } from '../read-request.js';

export interface AlertsRouteDeps {
  pool: Pool;
  config: OutboundEnvironment;
  clock?: () => Date;
  webhookOptions?: DeliveryDeps['webhookOptions'];
}

interface RuleDeps {
  pool: Pool;
  settings: OutboundSettings;
  clock: () => Date;
  webhookOptions: NonNullable<DeliveryDeps['webhookOptions']>;
}

/** The rule in API responses; `secret` only if it is new. */
function toResponse(rule: ListedAlert, secret: string | null = null) {
  const { id, name, kind, condition, webhook, email, enabled, renotifyMinutes, createdAt, ...state } = rule;
  return {
    ...{
      id,
      name,
      kind,
      condition,
      ...(webhook === null ? { email } : { webhook }),
      ...(secret !== null && { secret }),
    },
    ...{ enabled, renotify_minutes: renotifyMinutes, created_at: createdAt, state: state.state, since: state.since },
    ...{ evaluated_at: state.evaluatedAt, notified_at: state.notifiedAt },
    ...{ summary: state.summary, problem: state.problem },
  };
}

async function requireAlert(pool: Pool, id: unknown): Promise<ListedAlert> {
  const rule = await findAlert(pool, String(id).toLowerCase());
  if (!rule) throw new ServiceError('not_found', 'Unknown alert rule.');
  return rule;
}

const list =
  ({ pool }: RuleDeps): RequestHandler =>
  async (_req, res) => {
    sendData(
      res,
      (await listAlerts(pool)).map((rule) => toResponse(rule)),
    );
  };

const show =
  ({ pool }: RuleDeps): RequestHandler =>
  async (req, res) => {
    sendData(res, toResponse(await requireAlert(pool, req.params.id)));
  };

const create =
  ({ pool, settings }: RuleDeps): RequestHandler =>
  async (req, res) => {
    const body = await readBody(req, res, kindSchema);
    const given = toNewAlert(checkRequest(newAlertSchema(body.kind, settings), body));
    const rule = { ...given, id: randomUUID(), secret: given.webhook === null ? null : newSecret() } as AlertRule;
    await recordAudit(pool, accessOf(res), 'alert.create', rule.id, given);
    await insertAlert(pool, rule);
    sendData(res, toResponse(await requireAlert(pool, rule.id), rule.secret), 201);
  };

/** A webhook in the request always gets a new secret, even if its URL is unchanged: this is how secrets are rotated. */
const change =
  ({ pool, settings }: RuleDeps): RequestHandler =>
  async (req, res) => {
    const { evaluatedAt: _, ...rule } = await requireAlert(pool, req.params.id);
    const changes = toAlertChange(await readBody(req, res, alertChangeSchema(rule.kind, settings)));
    const secret = changes.webhook ? newSecret() : null;
    await recordAudit(pool, accessOf(res), 'alert.change', rule.id, changes);
    await updateAlert(pool, { ...rule, ...changes, secret } as AlertRule);
    sendData(res, toResponse(await requireAlert(pool, rule.id), secret));
  };

const remove =
  ({ pool }: RuleDeps): RequestHandler =>
  async (req, res) => {
    const { id, name } = await requireAlert(pool, req.params.id);
    await recordAudit(pool, accessOf(res), 'alert.delete', id, { name });
    await deleteAlert(pool, id);
    sendData(res, { id });
  };

/** Sends a test message immediately, without retries, and returns the outcome. */
const test =
  (deps: RuleDeps): RequestHandler =>
  async (req, res) => {
    const { pool, clock } = deps;
    const rule = await requireAlert(pool, req.params.id);
    await recordAudit(pool, accessOf(res), 'alert.test', rule.id);
    const delivery = await claimTestDelivery(pool, rule, clock());
    const error = await attemptDelivery(delivery, deps);
    sendData(res, { id: delivery.id, delivered: error === undefined, ...(error && { error }) });
  };

const deliveries =
  ({ pool }: RuleDeps): RequestHandler =>
  async (req, res) => {
    const page = readPage(req);
    const { id } = await requireAlert(pool, req.params.id);
    const rows = await listDeliveries(pool, id, page.limit, offsetOf(page));
    const responses = rows.map(({ createdAt, nextAttemptAt, deliveredAt, ...rest }) => ({
      ...rest,
      ...{ created_at: createdAt, next_attempt_at: nextAttemptAt, delivered_at: deliveredAt },
    }));
    sendData(res, responses);
  };

/** Requires a key for all sites, as an alert may concern any of them. */
export function alertsRoutes({ pool, config, clock = () => new Date(), webhookOptions = {} }: AlertsRouteDeps): Router {
  const deps = { pool, settings: outboundSettings(config), clock, webhookOptions };
  const router = Router();
  router.use('/api/v1/alerts', requireAllSites);
  router.route('/api/v1/alerts').get(list(deps)).post(create(deps));
  router.route('/api/v1/alerts/:id').get(show(deps)).patch(change(deps)).delete(remove(deps));
  router.post('/api/v1/alerts/:id/test', test(deps));
  router.get('/api/v1/alerts/:id/deliveries', deliveries(deps));
  return router;
}
