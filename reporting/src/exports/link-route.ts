import type { Pool } from '@millrace/shared/platform/postgres';
import type { RequestHandler } from 'express';
import Joi from 'joi';
import { onlySite } from '../access/request-access.js';
import { readOptionalJson } from '../http/read-json.js';
import { checkBody } from './check-body.js';
import { type Links, publicAddress } from './export-links.js';
import { downloadPath, findExport } from './find-export.js';

export interface LinkDependencies {
  writePool: Pool;
  links: Links;
  /** Undefined: links are paths without a host. */
  publicUrl?: string | undefined;
  clock?: () => Date;
}

const daySeconds = 86_400;

export const linkSchema = Joi.object<{ expiresIn: number }>({
  /** Seconds. */
  expiresIn: Joi.number()
    .integer()
    .min(1)
    .max(30 * daySeconds)
    .default(daySeconds)
    .messages({
      'number.base': 'must be a number of seconds, such as 3600',
      'number.integer': 'must be a whole number of seconds',
    }),
});

export function linkRoute({
  writePool,
  links,
  publicUrl,
  clock = () => new Date(),
}: LinkDependencies): RequestHandler<{ id: string }> {
  return async (req, res) => {
    const { expiresIn } = checkBody(linkSchema, await readOptionalJson(req, res));
    const row = await findExport(writePool, req.params.id, onlySite(res));
    const expires = Math.floor(clock().getTime() / 1_000) + expiresIn;
    const url = publicAddress(publicUrl, await links.sign(downloadPath(row.id), expires));
    res.json({ url, expires_at: new Date(expires * 1_000) });
  };
}
