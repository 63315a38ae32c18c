/** `/api/v1/report-templates`: what is reported, to whom and when. */
import { randomUUID } from 'node:crypto';
import { checkSite } from '@millrace/shared/access/require-scope';
import { newSecret } from '@millrace/shared/outbound/sign-body';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type RequestHandler, type Response, Router } from 'express';
import { onlySite } from '../access/request-access.js';
import { readJson } from '../http/read-json.js';
import { siteTimezone } from '../reading/site-context.js';
import { createReportsOfDays } from '../reports/create-reports.js';
import { daysOfRequest } from '../reports/parse-generate.js';
import { isAdmin, recordAudit, requireAdmin } from '../reports/report-access.js';
import { checkBody, newTemplateSchema, templateChangeSchema, toFields } from '../reports/templates/parse-template.js';
import {
  deleteTemplate,
  insertTemplate,
  type ListedTemplate,
  listTemplates,
  runTemplates,
  showTemplate,
  updateTemplate,
} from '../reports/templates/template-rows.js';
import { nextGeneration } from '../reports/templates/template-schedule.js';
import { checkKnownSite } from '../sites/check-known-site.js';

export interface ReportTemplatesDeps {
  writePool: Pool;
  /** Webhooks may use private networks and any port. */
  allowPrivate?: boolean;
  clock?: () => Date;
}
type Deps = Required<ReportTemplatesDeps>;

/** The path of a webhook may contain a secret, so only those who may change it see it. */
const shownWebhook = (res: Response, webhook: string | null) =>
  webhook === null || isAdmin(res) ? webhook : `${new URL(webhook).origin}/…`;

function shown(res: Response, template: ListedTemplate, now: Date) {
  const { id, siteId, name, description, schedule, cron, timezone, period, dataset, params, format } = template;
  const { includeMetadata, recipients, webhook, isActive, lastGenerated, state, createdAt, updatedAt } = template;
  return {
    ...{ id, site_id: siteId, name, description, schedule: schedule === 'custom' ? cron : schedule, timezone, period },
    ...{ dataset, params, format, includeMetadata, recipients, webhook: shownWebhook(res, webhook), isActive },
    ...{ lastGenerated, nextGeneration: nextGeneration(state, now), createdAt, updatedAt },
  };
}

/** Ids are UUIDs or names; others are not looked up. */
function idOf(given: unknown): string {
  if (typeof given === 'string' && /^[a-z0-9-]{1,64}$/.test(given)) return given;
  throw new ServiceError('not_found', 'There is no report template with this id.');
}

const showOne = async ({ writePool, clock }: Deps, res: Response, id: string) =>
  shown(res, await showTemplate(writePool, id, onlySite(res)), clock());

const list =
  ({ writePool, clock }: Deps): RequestHandler =>
  async (_req, res) => {
    const templates = await listTemplates(writePool, onlySite(res));
    res.json({ templates: templates.map((template) => shown(res, template, clock())) });
  };

const show =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    res.json(await showOne(deps, res, idOf(req.params.id)));
  };

/** With a key that is limited to a site, templates are always of that site. */
async function siteOf(pool: Pool, res: Response, given: string | null | undefined): Promise<string | null> {
  const only = onlySite(res);
  const siteId = given ?? only;
  if (siteId === null) return null;
  checkSite(res, siteId);
  await checkKnownSite(pool, siteId);
  return siteId;
}

const create =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const { writePool, clock } = deps;
    const sent = checkBody(newTemplateSchema, await readJson(req, res), deps);
    const siteId = await siteOf(writePool, res, sent.site_id);
    const timezone = sent.timezone ?? (siteId === null ? null : await siteTimezone(writePool, siteId));
    const fields = toFields({ ...sent, timezone }, undefined, clock());
    const secret = fields.webhook === null ? null : newSecret();
    const id = randomUUID();
    await recordAudit(writePool, res, 'report_template.create', id);
    await insertTemplate(writePool, { ...fields, id, siteId, secret });
    res.status(201).json({ ...(await showOne(deps, res, id)), ...(secret !== null && { secret }) });
  };

/** Setting a webhook renews its secret, even if the URL is the same. */
const change =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const { writePool, clock } = deps;
    const id = idOf(req.params.id);
    const sent = checkBody(templateChangeSchema, await readJson(req, res), deps);
    const secret = sent.webhook ? newSecret() : null;
    await recordAudit(writePool, res, 'report_template.update', id);
    await updateTemplate(writePool, id, onlySite(res), (before) => ({
      ...toFields(sent, before, clock()),
      secret: sent.webhook === undefined ? before.secret : secret,
    }));
    res.json({ ...(await showOne(deps, res, id)), ...(secret !== null && { secret }) });
  };

const setActive =
  (deps: Deps, isActive: boolean): RequestHandler =>
  async (req, res) => {
    const id = idOf(req.params.id);
    await recordAudit(deps.writePool, res, `report_template.${isActive ? 'activate' : 'deactivate'}`, id);
    await updateTemplate(deps.writePool, id, onlySite(res), (before) => ({ ...before, isActive }));
    res.json(await showOne(deps, res, id));
  };

const remove =
  ({ writePool }: Deps): RequestHandler =>
  async (req, res) => {
    const id = idOf(req.params.id);
    await recordAudit(writePool, res, 'report_template.delete', id);
    await deleteTemplate(writePool, id, onlySite(res));
    res.json({ id });
  };

const daysOf = (from: string, to: string) => ({ first_day: from, last_day: to });

const generate =
  ({ writePool, clock }: Deps): RequestHandler =>
  async (req, res) => {
    const now = clock();
    const template = await showTemplate(writePool, idOf(req.params.id), onlySite(res));
    const requested = await daysOfRequest(writePool, template, await readJson(req, res), now);
    if (requested.siteId !== null) {
      checkSite(res, requested.siteId);
      await checkKnownSite(writePool, requested.siteId);
    }
    await recordAudit(writePool, res, 'report_template.generate', template.id);
    const reports = await createReportsOfDays(writePool, template, requested, now);
    res.status(202).json({
      ...daysOf(requested.days.from, requested.days.to),
      reports: reports.map(({ id, siteId, firstDay, lastDay }) => ({
        ...{ id, site_id: siteId, ...daysOf(firstDay, lastDay), status: 'pending' },
      })),
    });
  };

/** Does not change which templates are active: a restart resumes those that were. */
const runAll =
  ({ writePool }: Deps, enabled: boolean): RequestHandler =>
  async (_req, res) => {
    await recordAudit(writePool, res, `report_template.${enabled ? 'restart' : 'stop'}`, onlySite(res) ?? 'all');
    const templates = await runTemplates(writePool, onlySite(res), enabled);
    res.json({ status: enabled ? 'running' : 'stopped', templates });
  };

export function reportTemplatesRoutes({
  writePool,
  allowPrivate = false,
  clock = () => new Date(),
}: ReportTemplatesDeps): Router {
  const deps = { writePool, allowPrivate, clock };
  const router = Router();
  const path = '/api/v1/report-templates';
  router.get(path, list(deps));
  router.get(`${path}/:id`, show(deps));
  router.post(path, requireAdmin, create(deps));
  router.post(`${path}/stop`, requireAdmin, runAll(deps, false));
  router.post(`${path}/restart`, requireAdmin, runAll(deps, true));
  router.patch(`${path}/:id`, requireAdmin, change(deps));
  router.delete(`${path}/:id`, requireAdmin, remove(deps));
  router.post(`${path}/:id/activate`, requireAdmin, setActive(deps, true));
  router.post(`${path}/:id/deactivate`, requireAdmin, setActive(deps, false));
  router.post(`${path}/:id/generate`, requireAdmin, generate(deps));
  return router;
}
