import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import Joi from 'joi';
import type { DateRange } from '../query-request/parse-date-range.js';
import { parseQuery } from '../query-request/parse-query.js';
import { queryFromParameters } from '../query-request/query-parameters.js';
import { refusal } from '../query-request/refuse.js';
import { pageSchema } from '../sites/parse-site-request.js';
import type { Page } from '../sites/read-sites.js';

export interface OverviewRequest {
  dateRange: DateRange;
  page: Page;
}

const schema = (pageSchema as Joi.ObjectSchema)
  .keys({ date_range: Joi.string().max(100).default('7d') })
  .messages({ 'object.unknown': 'is not a parameter of the overview, which takes date_range, limit and offset' });

/** @throws ServiceError `invalid_request`. */
export function parseOverview(query: unknown): OverviewRequest {
  const { error, value } = schema.validate(query, { messages: ruleMessages });
  if (error) throw refusal(error.details[0]!.path, error.details[0]!.message);
  const { date_range, ...page } = value as Page & { date_range: string };
  const parameters = queryFromParameters({ date_range });
  const { dateRange } = parseQuery({ ...parameters, site_id: 'any', metrics: ['visitors'] });
  return { dateRange, page };
}
