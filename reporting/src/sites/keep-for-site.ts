/** What goals, annotations and saved views have in common: people keep them for a site, up to a number of each. */
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

export interface KeptDependencies {
  /** Also what is read comes from here: who has made something is to see it, however late a replica is. */
  writePool: Pool;
}

/** How many of each a site may have; also in docs/limits.md and docs/dashboard.md. */
export const mostKept = { goals: 100, annotations: 1_000, savedViews: 200 } as const;

/** The site of an address that whoever asks may see. @throws ServiceError `not_found`, `forbidden`. */
export function siteOf(req: Request, res: Response): string {
  const siteId = parseSiteId(req.params.site_id);
  checkSite(res, siteId);
  return siteId;
}

/** Text of 1 to `characters` that can be stored. */
export function keptText(characters: number): Joi.StringSchema {
  const rule = `must have 1 to ${characters.toLocaleString('en')} characters, none of them NUL or half a character`;
  return Joi.string()
    .pattern(new RegExp(storableText(1, characters), 'u'))
    .messages({ 'string.pattern.base': rule, 'string.empty': rule, 'string.base': rule });
}

/** `noun` ends the sentence about a field that is not known. */
export const keptSchema = <Body>(noun: string, fields: Joi.PartialSchemaMap<Body>): Joi.ObjectSchema<Body> =>
  Joi.object<Body>(fields)
    .required()
    .prefs({ convert: false, messages: ruleMessages, errors: { label: false, wrap: { array: false } } })
    .messages({ 'object.unknown': `is not a field of ${noun}`, 'object.base': 'must be an object' });

/** @throws ServiceError `invalid_request` that names the field, for any JSON at all. */
export function parseKept<Body>(schema: Joi.ObjectSchema<Body>, input: unknown): Body {
  // The one name that Joi drops instead of refusing it.
  if (typeof input === 'object' && input !== null && Object.hasOwn(input, '__proto__')) {
    throw refusal(['__proto__'], 'is not a field of this request');
  }
  const { error, value } = schema.validate(input);
  if (error) throw refusal(error.details[0]!.path, error.details[0]!.message);
  return value;
}

/** `noun` with its article. Ids are UUIDs; nothing else is looked for. @throws ServiceError `not_found`. */
export function parseKeptId(text: unknown, noun: string): string {
  if (typeof text === 'string' && uuidPattern.test(text)) return text;
  throw unknownKept(noun);
}

export const unknownKept = (noun: string) =>
  new ServiceError('not_found', `This site does not have ${noun} of this id; it may have been deleted meanwhile.`);

export const tooManyKept = (nouns: string, most: number) =>
  new ServiceError(
    'conflict',
    `This site has ${most.toLocaleString('en')} ${nouns} already, which is as many as there may be; delete one that is not needed.`,
  );

/** Until the end of the transaction nobody erases the site or adds to it, so that a number that is counted stays true. */
const hold = `/* reporting.holdSite */
select 1 from sites where site_id = $1 and erase_requested_at is null for no key update`;

/** Runs `work` while nobody else adds to the site. @throws ServiceError `not_found`, also for a site that is being erased. */
export function whileHoldingSite<T>(
  writePool: Pool,
  siteId: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(writePool, async (client) => {
    const { rowCount } = await client.query(hold, [siteId]);
    if (rowCount === 0) throw unknownSite(siteId);
    return work(client);
  });
}
