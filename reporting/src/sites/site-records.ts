/** Shared by goals, annotations and saved views: records that belong to a site, limited in number. */
import { checkSite } from '@millrace/shared/access/require-scope';
import { uuidPattern } from '@millrace/shared/contract/ids';
import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import { ServiceError } from '@millrace/shared/platform/errors';
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import type { Request, Response } from 'express';
import Joi from 'joi';
import { refusal } from '../query-request/refuse.js';
import { storableText } from '../query-request/storable-text.js';
import { unknownSite } from './check-known-site.js';
import { parseSiteId } from './parse-site-request.js';

export interface SiteRecordDependencies {
  /** Used for reads, too: a new record must be visible at once, and a replica may lag. */
  writePool: Pool;
}

/** Limits per site; repeated in docs/limits.md and docs/dashboard.md. */
export const recordLimits = { goals: 100, annotations: 1_000, savedViews: 200 } as const;

/** The site in the URL. @throws ServiceError `not_found`, or `forbidden` if the caller may not access it. */
export function siteOf(req: Request, res: Response): string {
  const siteId = parseSiteId(req.params.site_id);
  checkSite(res, siteId);
  return siteId;
}

/** Text of 1 to `characters` characters that Postgres can store. */
export function recordText(characters: number): Joi.StringSchema {
  const rule = `must have 1 to ${characters.toLocaleString('en')} characters without NUL or unpaired surrogates`;
  return Joi.string()
    .pattern(new RegExp(storableText(1, characters), 'u'))
    .messages({ 'string.pattern.base': rule, 'string.empty': rule, 'string.base': rule });
}

/** `noun` names the request in the message about an unknown field. */
export const recordSchema = <Body>(noun: string, fields: Joi.PartialSchemaMap<Body>): Joi.ObjectSchema<Body> =>
  Joi.object<Body>(fields)
    .required()
    .prefs({ convert: false, messages: ruleMessages, errors: { label: false, wrap: { array: false } } })
    .messages({ 'object.unknown': `is not a field of ${noun}`, 'object.base': 'must be an object' });

/** @throws ServiceError `invalid_request` that names the field, for any JSON value. */
export function parseRecord<Body>(schema: Joi.ObjectSchema<Body>, input: unknown): Body {
  // Joi silently drops this name instead of refusing it.
  if (typeof input === 'object' && input !== null && Object.hasOwn(input, '__proto__')) {
    throw refusal(['__proto__'], 'is not a field of this request');
  }
  const { error, value } = schema.validate(input);
  if (error) throw refusal(error.details[0]!.path, error.details[0]!.message);
  return value;
}

/** `noun` comes with its article. Ids are UUIDs; others are not looked up. @throws ServiceError `not_found`. */
export function parseRecordId(text: unknown, noun: string): string {
  if (typeof text === 'string' && uuidPattern.test(text)) return text;
  throw unknownRecord(noun);
}

export const unknownRecord = (noun: string) =>
  new ServiceError('not_found', `This site does not have ${noun} with this id. It may have been deleted.`);

export const tooManyRecords = (nouns: string, limit: number) =>
  new ServiceError(
    'conflict',
    `This site already has ${limit.toLocaleString('en')} ${nouns}, which is the limit. Delete one that is no longer needed.`,
  );

/** Until the transaction ends, the site cannot be erased and nothing can be added to it, so that counts stay right. */
const lockSite = `/* reporting.lockSite */
select 1 from sites where site_id = $1 and erase_requested_at is null for no key update`;

/** Runs `work` while holding a lock on the site. @throws ServiceError `not_found`, also for a site that is being erased. */
export function withSiteLocked<T>(
  writePool: Pool,
  siteId: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(writePool, async (client) => {
    const { rowCount } = await client.query(lockSite, [siteId]);
    if (rowCount === 0) throw unknownSite(siteId);
    return work(client);
  });
}
