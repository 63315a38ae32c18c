/** Turns `/api/v1/dead-letters` into the events that could not be stored, for people to look at, correct and send again. */
import { accessOf } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/errors';
import type { Pool } from '@millrace/shared/postgres';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import Joi from 'joi';
import { recordAudit } from './audit/record-audit.js';
import {
  changePayload,
  type DeadLetter,
  type LettersQuestion,
  openLetters,
  readLetter,
  readLetters,
} from './dead-letters/dead-letter-rows.js';
import { checkPayload, replayLetters } from './dead-letters/replay-letters.js';
import type { Queues } from './open-queues.js';
import { checkRequest, pageSchema, readBody, sendData } from './read-request.js';

export interface DeadLettersDeps {
  pool: Pool;
  queues: Queues;
}

const base = '/api/v1/dead-letters';
/** Letters that one request replays: about one job of events. */
const maxReplayed = 1_000;

const siteId = Joi.string()
  .max(64)
  .pattern(/^[A-Za-z0-9._-]+$/);
const questionSchema = Joi.object<LettersQuestion>({
  ...pageSchema,
  site_id: siteId,
  search: Joi.string().max(256),
  replayed: Joi.boolean(),
});
const changeSchema = Joi.object<{ payload: object }>({ payload: Joi.object().required() }).required();
const nothingSchema = Joi.object({});
const replaySchema = Joi.object<{ site_id: string; reason?: string; dryRun: boolean }>({
  site_id: siteId.required(),
  reason: Joi.string().max(10_000),
  dryRun: Joi.boolean().strict().default(true),
}).required();

/** The site that the answer is limited to. @throws ServiceError when the key is bound to another one than is asked for. */
function siteFor(res: Response, asked: string | undefined): string | undefined {
  const bound = accessOf(res).siteId;
  if (bound !== null && asked !== undefined && asked !== bound) {
    throw new ServiceError('forbidden', `This key is good for site "${bound}" only.`);
  }
  return bound ?? asked;
}

export function deadLettersRoutes({ pool, queues }: DeadLettersDeps): Router {
  async function letterOf(req: Request, res: Response): Promise<DeadLetter> {
    const id = String(req.params.id).replaceAll('\0', '');
    const letter = await readLetter(pool, id, accessOf(res).siteId);
    if (!letter) throw new ServiceError('not_found', 'There is no dead letter of this id.');
    return letter;
  }
  const eventQueue = () => queues.get('event-ingest')!;

  const list: RequestHandler = async (req, res) => {
    const asked = checkRequest(questionSchema, req.query);
    const site = siteFor(res, asked.site_id);
    sendData(res, await readLetters(pool, { ...asked, ...(site !== undefined && { site_id: site }) }));
  };

  const change: RequestHandler = async (req, res) => {
    const letter = await letterOf(req, res);
    const { payload } = await readBody(req, res, changeSchema);
    const checked = checkPayload(payload, letter.site_id);
    if (checked.problem !== undefined) {
      throw new ServiceError('invalid_event', `The event breaks a rule: ${checked.problem}.`);
    }
    await recordAudit(pool, accessOf(res), 'dead-letter.edit', letter.id, { before: letter.payload });
    sendData(res, await changePayload(pool, letter.id, JSON.stringify(checked.event)));
  };

  const replayOne: RequestHandler = async (req, res) => {
    const letter = await letterOf(req, res);
    await readBody(req, res, nothingSchema);
    await recordAudit(pool, accessOf(res), 'dead-letter.replay', letter.id);
    const { refused } = await replayLetters(pool, eventQueue(), [letter], false);
    if (refused[0]) {
      throw new ServiceError('invalid_event', `The event breaks a rule: ${refused[0].problem}. Edit it first.`);
    }
    sendData(res, await readLetter(pool, letter.id, null));
  };

  const replayMany: RequestHandler = async (req, res) => {
    const { site_id, reason, dryRun } = await readBody(req, res, replaySchema);
    const site = siteFor(res, site_id)!;
    if (!dryRun) await recordAudit(pool, accessOf(res), 'dead-letter.replay-all', site, { reason });
    const letters = await openLetters(pool, site, reason?.replaceAll('\0', '\uFFFD'), maxReplayed);
    sendData(res, { dryRun, ...(await replayLetters(pool, eventQueue(), letters, dryRun)) });
  };

  const router = Router();
  router.get(base, list);
  router.post(`${base}/replay`, replayMany);
  router.get(`${base}/:id`, async (req, res) => sendData(res, await letterOf(req, res)));
  router.patch(`${base}/:id`, change);
  router.post(`${base}/:id/replay`, replayOne);
  return router;
}
