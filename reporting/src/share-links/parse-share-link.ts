/** Takes what a new shared link is to be: a wish whose every part keeps its rules, or a refusal. */
import { parseInstant } from '@millrace/shared/time/instant';
import Joi from 'joi';
import { checkBody } from '../exports/check-body.js';
import { conditionsOf, type Filter } from '../query/resolved-query.js';
import { parsedFilters } from '../query-request/parse-query.js';
import { refusal } from '../query-request/refuse.js';
import { storableText } from '../query-request/storable-text.js';

interface ShareLinkBody {
  name?: string | null;
  filters?: unknown[];
  password?: string;
  expires_at?: string | null;
}

export interface ShareLinkWish {
  name: string | null;
  /** As they are kept; null: none. */
  filters: unknown[] | null;
  /** What is made of them. */
  filter?: Filter;
  password?: string;
  expiresAt: Date | null;
}

const nameRule = 'must be null or have 1 to 200 characters, none of them NUL or half a character';
const passwordRule = 'must have 8 to 200 characters';
const expiryRule = 'must be null or an instant in the future with its zone, such as 2030-01-31T00:00:00Z';

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

/** What somebody types who has a link. */
export const passwordBody = Joi.object<{ password: string }>({ password: Joi.string().max(200).required() });

/** The rest of what a question may have is for those who ask. */
export const mostConditions = 25;

function readFilters(sent: unknown[]): Pick<ShareLinkWish, 'filters' | 'filter'> {
  const { filterList, filter } = parsedFilters(sent);
  if (!filter) return { filters: null };
  if (conditionsOf(filter).length > mostConditions) {
    throw refusal(['filters'], `must have at most ${mostConditions} conditions; questions may add as many again`);
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
export function parseShareLink(body: unknown, now: Date): ShareLinkWish {
  const { name = null, filters = [], password, expires_at } = checkBody(shareLinkSchema, body);
  return {
    name,
    ...readFilters(filters),
    ...(password !== undefined && { password }),
    expiresAt: readExpiry(expires_at, now),
  };
}
