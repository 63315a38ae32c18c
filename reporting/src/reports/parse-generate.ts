import { siteIdPattern } from '@millrace/shared/contract/ids';
import type { Pool } from '@millrace/shared/platform/postgres';
import { dayOf } from '@millrace/shared/time/zone-days';
import Joi from 'joi';
import { resolveBy } from '../datasets/read-dataset.js';
import type { RangeInput } from '../query-request/alias-names.js';
import { type DateRange, parseDateRange } from '../query-request/parse-date-range.js';
import { rangeNames } from '../query-request/query-names.js';
import { refusal } from '../query-request/refuse.js';
import { type QueryContext, resolveSpan } from '../query-request/resolve-span.js';
import { readSiteContext } from '../reading/site-context.js';
import { type Days, easternmost, hasBegun } from './report-period.js';
import { datasetRequest } from './templates/dataset-request.js';
import { checkBody } from './templates/parse-template.js';
import type { Template } from './templates/template.js';

interface GenerateRequest {
  date_range?: RangeInput;
  first_day?: string;
  last_day?: string;
  site_id?: string;
}

const day = Joi.string().pattern(/^\d{4}-\d{2}-\d{2}$/);
const dayMessages = { 'string.pattern.base': 'must be a calendar day such as 2026-01-31' };
const daysMessage = 'needs date_range, or first_day and last_day';
/** Only ranges of whole days. */
const dayRangeNames = rangeNames.filter((name) => !['24h', 'realtime'].includes(name));

const oneOf = `must be one of ${dayRangeNames.join(', ')}, any number of days such as 45d, or two days`;

export const generateSchema = Joi.object<GenerateRequest>({
  date_range: Joi.alternatives(
    Joi.valid(...dayRangeNames),
    Joi.string()
      .pattern(/^[1-9]\d{0,4}d$/)
      .messages({ 'string.pattern.base': oneOf }),
    Joi.array().items(day.messages(dayMessages)).length(2).messages({ 'array.length': 'must be two days' }),
  ).messages({ 'alternatives.match': oneOf, 'alternatives.types': oneOf }),
  first_day: day.messages(dayMessages),
  last_day: day.messages(dayMessages),
  site_id: Joi.string()
    .pattern(siteIdPattern)
    .messages({ 'string.pattern.base': 'must be 1 to 64 letters, digits, dots, underscores and hyphens' }),
})
  .and('first_day', 'last_day')
  .xor('date_range', 'first_day')
  .required()
  .prefs({ errors: { label: false, wrap: { array: false } } })
  .messages({
    'object.missing': daysMessage,
    'object.and': 'is required: first_day and last_day belong together',
    'object.xor': daysMessage,
    'object.base': 'must be an object',
    'object.unknown': 'is not a field of this request; it takes date_range, first_day, last_day and site_id',
  });

function checkBegun(days: Days, zone: string, now: Date, field: string): void {
  if (hasBegun(days, zone, now)) return;
  const [first, today] = [days.from, dayOf(now, zone)];
  throw refusal([field], `must not be in the future: the days begin on ${first}, but today is ${today} in ${zone}`);
}

/** The days of a range in a time zone. */
function daysOf(range: DateRange, zone: string, context: Omit<QueryContext, 'siteTimezone'>): Days {
  const span = resolveSpan(range, zone, context);
  return span.kind === 'days' ? span : { from: dayOf(span.from, zone), to: dayOf(span.to, zone) };
}

export interface RequestedDays {
  siteId: string | null;
  /** The days in a zone. Sites can differ: without a template zone, `day` means today at each site. */
  daysIn: (zone: string) => Days;
  /** In the time zone of the template or site, otherwise in UTC. */
  days: Days;
}

/** @throws ServiceError `invalid_request`. */
export async function daysOfRequest(
  pool: Pool,
  template: Pick<Template, 'siteId' | 'timezone' | 'dataset' | 'params'>,
  body: unknown,
  now: Date,
): Promise<RequestedDays> {
  const sent = checkBody(generateSchema, body);
  if (template.siteId !== null && sent.site_id !== undefined && sent.site_id !== template.siteId) {
    throw refusal(['site_id'], 'must be the site of the template, or omitted');
  }
  const siteId = sent.site_id ?? template.siteId;
  const written: RangeInput = sent.date_range ?? [sent.first_day!, sent.last_day!];
  const field = sent.date_range === undefined ? 'first_day' : 'date_range';
  const range = parseDateRange(written, [field]);
  const isAll = range.kind === 'named' && range.name === 'all';
  if (isAll && siteId === null)
    throw refusal(['date_range'], 'all requires a site_id, because each site has a different first day');
  const { siteTimezone, ...events } = await readSiteContext(pool, siteId ?? '', isAll);
  const zone = template.timezone ?? siteTimezone;
  const daysIn = (timezone: string) => daysOf(range, timezone, { now, ...events });
  const earliest = siteId === null && template.timezone === null ? easternmost : zone;
  checkBegun(daysIn(earliest), earliest, now, field);
  const days = daysIn(zone);
  const request = datasetRequest(
    { ...template, siteId: siteId ?? 'any' },
    { days: [days.from, days.to], timezone: zone },
  );
  // Throws if there are too many days.
  resolveBy(request, { siteTimezone: zone, siteKnown: true, hasDailyVisitors: false }, now);
  return { siteId, daysIn, days };
}
