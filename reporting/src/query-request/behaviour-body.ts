/** What the bodies of funnels, retention and journeys share: the site, range, time zone and filters of a query. */
import Joi from 'joi';
import { fieldProblem } from './field-problem.js';
import { bodyPreferences, querySchema, refuseProto } from './query-schema.js';
import { refusal } from './refuse.js';

/** Fields that are passed on to `parseQuery`. */
export interface QueryFields {
  site_id: unknown;
  date_range: unknown;
  timezone?: unknown;
  week_start?: unknown;
  filters: unknown;
  include_bots: unknown;
}

export interface MatchingEvents {
  filters: unknown[];
}

export const matchingEvents = Joi.object<MatchingEvents>({ filters: Joi.array().min(1).required() });

/** `noun` names the request in the message about an unknown field. */
export const behaviourSchema = <Body extends QueryFields>(
  noun: string,
  own: Joi.PartialSchemaMap<Omit<Body, keyof QueryFields>>,
): Joi.ObjectSchema<Body> =>
  Joi.object<Body>({
    site_id: querySchema.extract('site_id'),
    date_range: querySchema.extract('date_range'),
    timezone: querySchema.extract('timezone'),
    week_start: querySchema.extract('week_start'),
    filters: querySchema.extract('filters'),
    include_bots: querySchema.extract('include_bots'),
    ...own,
  } as Joi.PartialSchemaMap<Body>)
    .required()
    .prefs(bodyPreferences)
    .messages({ 'object.unknown': `is not a field of ${noun}`, 'object.base': 'must be an object' });

/** `objects` are the fields that hold objects. @throws ServiceError `invalid_request`. */
export function validateBody<Body>(
  schema: Joi.ObjectSchema<Body>,
  input: unknown,
  objects: (keyof Body & string)[],
): Body {
  refuseProto(input, []);
  for (const name of objects) refuseProto((input as Body | undefined)?.[name], [name]);
  const { error, value } = schema.validate(input);
  if (error) throw refusal(error.details[0]!.path, fieldProblem(error.details[0]!));
  return value;
}
