/** Turns `/api/v1/alerts` into the list of alert rules, one rule, its change, a test of it, and what it told. */
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
import Joi from 'joi';
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
import { checkRequest, offsetOf, type Page, pageSchema, readBody, sendData } from '../read-request.js';

export interface AlertsRouteDeps {
  pool: Pool;
  config: OutboundEnvironment;
  clock?: () => Date;
  webhookOptions?: DeliveryDeps['webhookOptions'];
}

interface Surroundings {
  pool: Pool;
  settings: OutboundSettings;
  clock: () => Date;
  webhookOptions: NonNullable<DeliveryDeps['webhookOptions']>;
}

/** A rule as the API shows it; `secret` only when it is new. */
function shown(rule: ListedAlert, secret: string | null = null) {
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

async function known(pool: Pool, id: unknown): Promise<ListedAlert> {
  const rule = await findAlert(pool, String(id).toLowerCase());
  if (!rule) throw new ServiceError('not_found', 'There is no alert rule of this id.');
  return rule;
}

const list =
  ({ pool }: Surroundings): RequestHandler =>
  async (_req, res) => {
    sendData(
      res,
      (await listAlerts(pool)).map((rule) => shown(rule)),
    );
  };

const show =
  ({ pool }: Surroundings): RequestHandler =>
  async (req, res) => {
    sendData(res, shown(await known(pool, req.params.id)));
  };

const create =
  ({ pool, settings }: Surroundings): RequestHandler =>
  async (req, res) => {
    const body = await readBody(req, res, kindSchema);
    const given = toNewAlert(checkRequest(newAlertSchema(body.kind, settings), body));
    const rule = { ...given, id: randomUUID(), secret: given.webhook === null ? null : newSecret() } as AlertRule;
    await recordAudit(pool, accessOf(res), 'alert.create', rule.id, given);
    await insertAlert(pool, rule);
    sendData(res, shown(await known(pool, rule.id), rule.secret), 201);
  };

/** A target that is given gets a secret of its own, also when it is the same one: so secrets are renewed. */
const change =
  ({ pool, settings }: Surroundings): RequestHandler =>
  async (req, res) => {
    const { evaluatedAt: _, ...rule } = await known(pool, req.params.id);
    const changes = toAlertChange(await readBody(req, res, alertChangeSchema(rule.kind, settings)));
    const secret = changes.webhook ? newSecret() : null;
    await recordAudit(pool, accessOf(res), 'alert.change', rule.id, changes);
    await updateAlert(pool, { ...rule, ...changes, secret } as AlertRule);
    sendData(res, shown(await known(pool, rule.id), secret));
  };

const remove =
  ({ pool }: Surroundings): RequestHandler =>
  async (req, res) => {
    const { id, name } = await known(pool, req.params.id);
    await recordAudit(pool, accessOf(res), 'alert.delete', id, { name });
    await deleteAlert(pool, id);
    sendData(res, { id });
  };

/** Tries once, at once, and says what came of it. */
const test =
  (surroundings: Surroundings): RequestHandler =>
  async (req, res) => {
    const { pool, clock } = surroundings;
    const rule = await known(pool, req.params.id);
    await recordAudit(pool, accessOf(res), 'alert.test', rule.id);
    const delivery = await claimTestDelivery(pool, rule, clock());
    const error = await attemptDelivery(delivery, surroundings);
    sendData(res, { id: delivery.id, delivered: error === undefined, ...(error && { error }) });
  };

const deliveries =
  ({ pool }: Surroundings): RequestHandler =>
  async (req, res) => {
    const page = checkRequest<Page>(Joi.object(pageSchema), req.query);
    const { id } = await known(pool, req.params.id);
    const rows = await listDeliveries(pool, id, page.limit, offsetOf(page));
    const shownRows = rows.map(({ createdAt, nextAttemptAt, deliveredAt, ...rest }) => ({
      ...rest,
      ...{ created_at: createdAt, next_attempt_at: nextAttemptAt, delivered_at: deliveredAt },
    }));
    sendData(res, shownRows);
  };

/** For administrators of all sites: an alert may tell of any of them. */
export function alertsRoutes({ pool, config, clock = () => new Date(), webhookOptions = {} }: AlertsRouteDeps): Router {
  const surroundings = { pool, settings: outboundSettings(config), clock, webhookOptions };
  const router = Router();
  router.use('/api/v1/alerts', requireAllSites);
  router.route('/api/v1/alerts').get(list(surroundings)).post(create(surroundings));
  router.route('/api/v1/alerts/:id').get(show(surroundings)).patch(change(surroundings)).delete(remove(surroundings));
  router.post('/api/v1/alerts/:id/test', test(surroundings));
  router.get('/api/v1/alerts/:id/deliveries', deliveries(surroundings));
  return router;
}
