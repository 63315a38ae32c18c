import { parseInstant } from '@millrace/shared/time/instant';
import Joi from 'joi';
import { checkBody } from '../exports/check-body.js';
import { conditionsOf, type Filter } from '../query/resolved-query.js';
import { parseFilterList } from '../query-request/parse-query.js';
import { refusal } from '../query-request/refuse.js';
import { storableText } from '../query-request/storable-text.js';

interface ShareLinkBody {
  name?: string | null;
  filters?: unknown[];
  password?: string;
  expires_at?: string | null;
}

export interface ShareLinkParams {
  name: string | null;
  /** As stored; null: none. */
  filters: unknown[] | null;
  /** The parsed `filters`. */
  filter?: Filter;
  password?: string;
  expiresAt: Date | null;
}

const nameRule = 'must be null or have 1 to 200 characters without NUL or unpaired surrogates';
const passwordRule = 'must have 8 to 200 characters';
const expiryRule = 'must be null or a future instant with a time zone, such as 2030-01-31T00:00:00Z';

const texts = (rule: string) =>
  Object.fromEntries(
    ['string.base', 'string.empty', 'string.pattern.base', 'string.min', 'string.max'].map((type) => [type, rule]),
  );

const password = Joi.string().min(8).max(200).messages(texts(passwordRule));

export const shareLinkSchema = Joi.object<ShareLinkBody>({
  name: Joi.string()
    .pattern(new RegExp(storableText(1, 200), 'u'))
    .allow(null)
    .messages(texts(nameRule)),
  filters: Joi.array(),
  password,
  expires_at: Joi.string().max(40).allow(null).messages(texts(expiryRule)),
});

/** The password that a visitor of a shared link enters. */
export const passwordBody = Joi.object<{ password: string }>({ password: Joi.string().max(200).required() });

/** Leaves room for the conditions of the readers' own requests. */
export const maxConditions = 25;

function readFilters(sent: unknown[]): Pick<ShareLinkParams, 'filters' | 'filter'> {
  const { filterList, filter } = parseFilterList(sent);
  if (!filter) return { filters: null };
  if (conditionsOf(filter).length > maxConditions) {
    throw refusal(['filters'], `must have at most ${maxConditions} conditions, to leave room for those of queries`);
  }
  return { filters: filterList, filter };
}

function readExpiry(text: string | null | undefined, now: Date): Date | null {
  if (text === undefined || text === null) return null;
  const instant = parseInstant(text);
  if (instant === undefined || instant <= now.getTime()) throw refusal(['expires_at'], expiryRule);
  return new Date(instant);
}

/** @throws ServiceError `invalid_request`. */
export function parseShareLink(body: unknown, now: Date): ShareLinkParams {
  const { name = null, filters = [], password, expires_at } = checkBody(shareLinkSchema, body);
  return {
    name,
    ...readFilters(filters),
    ...(password !== undefined && { password }),
    expiresAt: readExpiry(expires_at, now),
  };
}
