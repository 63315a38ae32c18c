/** `/api/v1/dead-letters`: what could not be stored, for people to look at, correct and send again. */

import { recordAudit } from '@millrace/shared/access/record-audit';
import { accessOf, checkSite } from '@millrace/shared/access/require-scope';
import { serializeEvent } from '@millrace/shared/contract/event';
import { eventIngest } from '@millrace/shared/contract/jobs';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Queue } from '@millrace/shared/queue/queue';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import Joi from 'joi';
import { changedFields } from '../dead-letters/changed-fields.js';
import {
  changePayload,
  type DeadLetter,
  type LettersParams,
  letterKinds,
  pendingLetters,
  readLetter,
  readLetters,
} from '../dead-letters/dead-letter-rows.js';
import { readJobLetter } from '../dead-letters/job-letter.js';
import { listedRefused, replayJob } from '../dead-letters/replay-job.js';
import { checkPayload, replayLetters, sortLetters } from '../dead-letters/replay-letters.js';
import type { Queues } from '../open-queues.js';
import { reachQueue } from '../queues/reach-queue.js';
import { checkRequest, nothingSchema, pageSchema, readBody, readExactBody, sendData } from '../read-request.js';

export interface DeadLettersDeps {
  pool: Pool;
  queues: Queues;
}

const base = '/api/v1/dead-letters';
/** Letters that one request looks at. */
const maxReplayed = 1_000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const siteId = Joi.string()
  .max(64)
  .pattern(/^[A-Za-z0-9._-]+$/);
const questionSchema = Joi.object<LettersParams>({
  ...pageSchema,
  site_id: siteId,
  search: Joi.string().max(256),
  replayed: Joi.boolean(),
  kind: Joi.valid(...letterKinds),
});

/** A letter without a site says so by null. */
const shown = <Letter extends DeadLetter>(letter: Letter): Letter => ({ ...letter, site_id: letter.site_id || null });

/** A letter with what is in it, when that is a whole job. */
function shownWhole(letter: DeadLetter): object {
  if (letter.kind === 'event') return shown(letter);
  const read = readJobLetter(letter);
  if (read.problem !== undefined) return { ...shown(letter), job: { problem: read.problem } };
  const { ready, refused } = read.contents;
  const refused_events = refused.slice(0, listedRefused).map(({ index, problem }) => ({ index, problem }));
  return { ...shown(letter), job: { events: ready.length + refused.length, ready: ready.length, refused_events } };
}

const changeSchema = Joi.object<{ payload: object }>({ payload: Joi.object().required() }).required();
const replaySchema = Joi.object<{ site_id: string; reason?: string; skip: number; dryRun: boolean }>({
  site_id: siteId.required(),
  reason: Joi.string().max(10_000),
  skip: Joi.number().strict().integer().min(0).max(100_000_000).default(0),
  dryRun: Joi.boolean().strict().default(true),
}).required();

/** The site that the answer is limited to. @throws ServiceError when the key is bound to another one than is asked for. */
function siteFor(res: Response, asked: string | undefined): string | undefined {
  if (asked !== undefined) checkSite(res, asked);
  return accessOf(res).siteId ?? asked;
}

export function deadLettersRoutes({ pool, queues }: DeadLettersDeps): Router {
  async function letterOf(req: Request, res: Response): Promise<DeadLetter> {
    const id = String(req.params.id);
    const letter = uuid.test(id) ? await readLetter(pool, id, accessOf(res).siteId) : undefined;
    if (!letter) throw new ServiceError('not_found', 'There is no dead letter of this id.');
    return letter;
  }
  async function eventQueue(): Promise<Queue> {
    const queue = queues.get(eventIngest.queue)!;
    await reachQueue(queue);
    return queue;
  }

  const list: RequestHandler = async (req, res) => {
    const asked = checkRequest(questionSchema, req.query);
    const site = siteFor(res, asked.site_id);
    const found = await readLetters(pool, { ...asked, ...(site !== undefined && { site_id: site }) });
    sendData(res, { ...found, letters: found.letters.map(shown) });
  };

  const change: RequestHandler = async (req, res) => {
    const letter = await letterOf(req, res);
    const { payload } = await readExactBody(req, res, changeSchema);
    if (letter.kind === 'job') {
      const way = 'Replay it: its events that break a rule become letters of their own, which can be edited.';
      throw new ServiceError('conflict', `This letter holds a whole job, which is not edited. ${way}`);
    }
    const checked = checkPayload(letter, payload);
    if (checked.problem !== undefined) {
      throw new ServiceError('invalid_event', `The event breaks a rule: ${checked.problem}.`);
    }
    await recordAudit(pool, accessOf(res), 'dead-letter.edit', letter.id, {
      fields: changedFields(letter.payload, checked.event),
    });
    sendData(res, shown(await changePayload(pool, letter, serializeEvent(checked.event))));
  };

  const replayOne: RequestHandler = async (req, res) => {
    const letter = await letterOf(req, res);
    await readBody(req, res, nothingSchema);
    if (letter.kind === 'job') return replayWhole(res, letter);
    const { ready, refused } = sortLetters([letter]);
    if (refused[0]) {
      throw new ServiceError('invalid_event', `The event breaks a rule: ${refused[0].problem}. Edit it first.`);
    }
    const queue = await eventQueue();
    await recordAudit(pool, accessOf(res), 'dead-letter.replay', letter.id);
    await replayLetters(pool, queue, ready);
    sendData(res, shown((await readLetter(pool, letter.id, null))!));
  };

  async function replayWhole(res: Response, letter: DeadLetter): Promise<void> {
    const read = readJobLetter(letter);
    if (read.problem !== undefined) throw new ServiceError('conflict', read.problem);
    const queue = await eventQueue();
    await recordAudit(pool, accessOf(res), 'dead-letter.replay', letter.id, { events: read.contents.ready.length });
    const job = await replayJob(pool, queue, letter, read.contents);
    sendData(res, { ...shown((await readLetter(pool, letter.id, null))!), job });
  }

  const replayMany: RequestHandler = async (req, res) => {
    const { site_id, reason, skip, dryRun } = await readBody(req, res, replaySchema);
    const site = siteFor(res, site_id)!;
    const letters = await pendingLetters(pool, site, { reason, skip, limit: maxReplayed });
    const { ready, refused } = sortLetters(letters);
    if (!dryRun && ready.length > 0) {
      const queue = await eventQueue();
      await recordAudit(pool, accessOf(res), 'dead-letter.replay-all', site, { reason, count: ready.length });
      await replayLetters(pool, queue, ready);
    }
    // Replayed letters are not open any more; those that stay are to be skipped, so that they keep nobody from the next.
    const skipped = skip + (dryRun ? letters.length : refused.length);
    const replayed = ready.map(({ letter }) => letter.id);
    sendData(res, { dryRun, replayed, refused, next_skip: letters.length < maxReplayed ? null : skipped });
  };

  const router = Router();
  router.get(base, list);
  router.post(`${base}/replay`, replayMany);
  router.get(`${base}/:id`, async (req, res) => sendData(res, shownWhole(await letterOf(req, res))));
  router.patch(`${base}/:id`, change);
  router.post(`${base}/:id/replay`, replayOne);
  return router;
}
