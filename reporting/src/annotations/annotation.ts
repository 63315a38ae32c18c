import { parseInstant } from '@millrace/shared/time/instant';
import { isCalendarDate } from '@millrace/shared/time/time';
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import Joi from 'joi';
import { isWithinLimits } from '../query-request/parse-date-range.js';
import { type FieldPath, refusal } from '../query-request/refuse.js';
import { parseRecord, recordSchema, recordText } from '../sites/site-records.js';

export const annotationKinds = ['deployment', 'campaign', 'note'] as const;

/** As sent: times are instants, or dates in the site's time zone. */
export interface SentAnnotation {
  at: string;
  until: string | null;
  kind: (typeof annotationKinds)[number];
  text: string;
}

export interface NewAnnotation extends Omit<SentAnnotation, 'at' | 'until'> {
  at: Date;
  until: Date | null;
}

export interface Annotation extends NewAnnotation {
  id: string;
  created_at: Date;
}

const timeRule = 'must be a date written YYYY-MM-DD, or an instant with a time zone such as 2026-10-01T09:30:00+02:00';
const time = Joi.string()
  .max(40)
  .messages({ 'string.base': timeRule, 'string.empty': timeRule, 'string.max': timeRule });
const kindRule = `must be ${annotationKinds.slice(0, -1).join(', ')} or ${annotationKinds.at(-1)}`;

export const annotationSchema = recordSchema<SentAnnotation>('an annotation', {
  at: time.required(),
  until: time.allow(null).default(null),
  kind: Joi.string()
    .valid(...annotationKinds)
    .default('note')
    .messages({ 'any.only': kindRule, 'string.base': kindRule }),
  text: recordText(500).required(),
} satisfies Record<keyof SentAnnotation, Joi.Schema>);

export const spanSchema = recordSchema<{ from?: string; to?: string }>('a list of annotations', {
  from: time,
  to: time,
}).messages({ 'object.unknown': 'is not a parameter of annotations, which take from and to' });

const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2101, 0, 1);

/**
 * An instant, or the start of a date; with `isEnd` the start of the following day, since a span of dates includes both.
 * @throws ServiceError `invalid_request`.
 */
function instantOf(text: string, path: FieldPath, zone: string, isEnd: boolean): Date {
  const limits = () => refusal(path, 'must lie between 2000-01-01 and 2100-12-31');
  if (isCalendarDate(text)) {
    if (!isWithinLimits(text)) throw limits();
    return dayStart(isEnd ? addDays(text, 1) : text, zone);
  }
  const instant = parseInstant(text);
  if (instant === undefined) throw refusal(path, timeRule);
  if (instant < earliest || instant > latest) throw limits();
  return new Date(instant);
}

/** `zone` is the time zone of the site. @throws ServiceError `invalid_request`. */
export function resolveAnnotation({ at, until, ...rest }: SentAnnotation, zone: string): NewAnnotation {
  const start = instantOf(at, ['at'], zone, false);
  const end = until === null ? null : instantOf(until, ['until'], zone, true);
  if (end !== null && end <= start) throw refusal(['until'], 'must be later than at');
  return { ...rest, at: start, until: end };
}

/** Undefined: open-ended. */
export interface AnnotationSpan {
  from: Date | undefined;
  to: Date | undefined;
}

/** @throws ServiceError `invalid_request`. */
export function parseSpan(query: unknown, zone: string): AnnotationSpan {
  const sent = parseRecord(spanSchema, query);
  const from = sent.from === undefined ? undefined : instantOf(sent.from, ['from'], zone, false);
  const to = sent.to === undefined ? undefined : instantOf(sent.to, ['to'], zone, true);
  if (from && to && to <= from) throw refusal(['to'], 'must be later than from');
  return { from, to };
}
