/** `/api/v1/dead-letters`: lists, edits and replays dead letters. */
import { recordAudit } from '@millrace/shared/access/record-audit';
import { accessOf, checkSite } from '@millrace/shared/access/require-scope';
import { serializeEvent } from '@millrace/shared/contract/event';
import { eventIngest } from '@millrace/shared/contract/jobs';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Queue } from '@millrace/shared/queue/queue';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import {
  changePayload,
  type DeadLetter,
  pendingLetters,
  readLetter,
  readLetters,
} from '../dead-letters/dead-letter-rows.js';
import { readJobLetter } from '../dead-letters/job-letter.js';
import { letterChangeSchema, lettersParamsSchema, replaySchema } from '../dead-letters/letter-requests.js';
import { listedRefused, replayJob } from '../dead-letters/replay-job.js';
import { changedFields, checkPayload, replayLetters, sortLetters } from '../dead-letters/replay-letters.js';
import type { Queues } from '../open-queues.js';
import { reachQueue } from '../queues/reach-queue.js';
import { checkRequest, nothingSchema, readBody, readExactBody, sendData } from '../read-request.js';

export interface DeadLettersDeps {
  pool: Pool;
  queues: Queues;
}

const base = '/api/v1/dead-letters';
/** Letters per request. */
const maxReplayed = 1_000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Shows a missing site as null. */
const toResponse = <Letter extends DeadLetter>(letter: Letter): Letter => ({
  ...letter,
  site_id: letter.site_id || null,
});

/** Includes a summary of the events for a whole job. */
function toFullResponse(letter: DeadLetter): object {
  if (letter.kind === 'event') return toResponse(letter);
  const read = readJobLetter(letter);
  if (read.problem !== undefined) return { ...toResponse(letter), job: { problem: read.problem } };
  const { ready, refused } = read.contents;
  const refused_events = refused.slice(0, listedRefused).map(({ index, problem }) => ({ index, problem }));
  return { ...toResponse(letter), job: { events: ready.length + refused.length, ready: ready.length, refused_events } };
}

/** The site that the response is limited to. @throws ServiceError if the key is limited to another site. */
function allowedSite(res: Response, requested: string | undefined): string | undefined {
  if (requested !== undefined) checkSite(res, requested);
  return accessOf(res).siteId ?? requested;
}

export function deadLettersRoutes({ pool, queues }: DeadLettersDeps): Router {
  async function requireLetter(req: Request, res: Response): Promise<DeadLetter> {
    const id = String(req.params.id);
    const letter = uuid.test(id) ? await readLetter(pool, id, accessOf(res).siteId) : undefined;
    if (!letter) throw new ServiceError('not_found', 'Unknown dead letter.');
    return letter;
  }
  async function eventQueue(): Promise<Queue> {
    const queue = queues.get(eventIngest.queue)!;
    await reachQueue(queue);
    return queue;
  }

  const list: RequestHandler = async (req, res) => {
    const params = checkRequest(lettersParamsSchema, req.query);
    const site = allowedSite(res, params.site_id);
    const found = await readLetters(pool, { ...params, ...(site !== undefined && { site_id: site }) });
    sendData(res, { ...found, letters: found.letters.map(toResponse) });
  };

  const change: RequestHandler = async (req, res) => {
    const letter = await requireLetter(req, res);
    const { payload } = await readExactBody(req, res, letterChangeSchema);
    if (letter.kind === 'job') {
      const way = 'Replay it: each invalid event becomes a dead letter of its own, which can be edited.';
      throw new ServiceError('conflict', `This dead letter contains a whole job, which cannot be edited. ${way}`);
    }
    const checked = checkPayload(letter, payload);
    if (checked.problem !== undefined) {
      throw new ServiceError('invalid_event', `The event is invalid: ${checked.problem}.`);
    }
    await recordAudit(pool, accessOf(res), 'dead-letter.edit', letter.id, {
      fields: changedFields(letter.payload, checked.event),
    });
    sendData(res, toResponse(await changePayload(pool, letter, serializeEvent(checked.event))));
  };

  const replayOne: RequestHandler = async (req, res) => {
    const letter = await requireLetter(req, res);
    await readBody(req, res, nothingSchema);
    if (letter.kind === 'job') return replayWhole(res, letter);
    const { ready, refused } = sortLetters([letter]);
    if (refused[0]) {
      throw new ServiceError('invalid_event', `The event is invalid: ${refused[0].problem}. Edit it first.`);
    }
    const queue = await eventQueue();
    await recordAudit(pool, accessOf(res), 'dead-letter.replay', letter.id);
    await replayLetters(pool, queue, ready);
    sendData(res, toResponse((await readLetter(pool, letter.id, null))!));
  };

  async function replayWhole(res: Response, letter: DeadLetter): Promise<void> {
    const read = readJobLetter(letter);
    if (read.problem !== undefined) throw new ServiceError('conflict', read.problem);
    const queue = await eventQueue();
    await recordAudit(pool, accessOf(res), 'dead-letter.replay', letter.id, { events: read.contents.ready.length });
    const job = await replayJob(pool, queue, letter, read.contents);
    sendData(res, { ...toResponse((await readLetter(pool, letter.id, null))!), job });
  }

  const replayMany: RequestHandler = async (req, res) => {
    const { site_id, reason, skip, dryRun } = await readBody(req, res, replaySchema);
    const site = allowedSite(res, site_id)!;
    const letters = await pendingLetters(pool, site, { reason, skip, limit: maxReplayed });
    const { ready, refused } = sortLetters(letters);
    if (!dryRun && ready.length > 0) {
      const queue = await eventQueue();
      await recordAudit(pool, accessOf(res), 'dead-letter.replay-all', site, { reason, count: ready.length });
      await replayLetters(pool, queue, ready);
    }
    // Replayed letters are no longer pending; skip the remaining ones, so that the next request gets past them.
    const skipped = skip + (dryRun ? letters.length : refused.length);
    const replayed = ready.map(({ letter }) => letter.id);
    sendData(res, { dryRun, replayed, refused, next_skip: letters.length < maxReplayed ? null : skipped });
  };

  const router = Router();
  router.get(base, list);
  router.post(`${base}/replay`, replayMany);
  router.get(`${base}/:id`, async (req, res) => sendData(res, toFullResponse(await requireLetter(req, res))));
  router.patch(`${base}/:id`, change);
  router.post(`${base}/:id/replay`, replayOne);
  return router;
}
