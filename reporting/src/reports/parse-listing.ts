import { siteIdPattern } from '@millrace/shared/contract/ids';
import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import Joi from 'joi';
import { type PageCursor, pageCursorSchema } from '../exports/page-cursor.js';
import { refusal } from '../query-request/refuse.js';
import type { ReportStatus } from './report.js';
import { recipientsSchema } from './templates/parse-template.js';
import type { Recipient } from './templates/template.js';

export interface Listing {
  site_id?: string;
  template_id?: string;
  status?: ReportStatus;
  limit: number;
  offset: number;
  after?: PageCursor;
}

const labels = { errors: { label: false, wrap: { array: false } } } as const;

export const listingSchema = Joi.object<Listing>({
  site_id: Joi.string().pattern(siteIdPattern),
  template_id: Joi.string().pattern(/^[a-z0-9-]{1,64}$/),
  status: Joi.valid('pending', 'generating', 'generated', 'failed'),
  limit: Joi.number().integer().min(1).max(100).default(50),
  offset: Joi.number().integer().min(0).max(1_000_000).default(0),
  after: pageCursorSchema,
})
  .prefs(labels)
  .messages({
    'object.unknown':
      'is not a parameter of this request; it takes site_id, template_id, status, limit, offset and after',
    'string.pattern.base': 'is not an id',
  });

/** @throws ServiceError `invalid_request`. */
export function parseListing(query: unknown): Listing {
  const { error, value } = listingSchema.validate(query, { messages: ruleMessages });
  if (error) throw refusal(error.details[0]!.path, error.details[0]!.message);
  return value;
}

export const resendSchema = Joi.object<{ recipients?: Recipient[] }>({ recipients: recipientsSchema.min(1) })
  .required()
  .prefs(labels)
  .messages({
    'object.unknown': 'is not a field of this request; it takes recipients',
    'object.base': 'must be an object',
  });
