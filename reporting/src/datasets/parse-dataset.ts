/** Validates a dataset request and fills in defaults. Named ranges are resolved later. */

import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import { ServiceError } from '@millrace/shared/platform/errors';
import { parseExactJson } from '@millrace/shared/platform/exact-json';
import Joi from 'joi';
import type { WeekStart } from '../query-request/calendar.js';
import type { DateRange } from '../query-request/parse-date-range.js';
import { parseQuery } from '../query-request/parse-query.js';
import { refusal } from '../query-request/refuse.js';
import type { Dataset, DatasetParams } from './dataset.js';

export interface DatasetRequest {
  dataset: Dataset;
  siteId: string;
  params: DatasetParams;
  /** Absent if the dataset takes no range. */
  dateRange?: DateRange;
  /** Absent: the site's. */
  timezone?: string;
  weekStart?: WeekStart;
}

const commonNames = ['site_id', 'timezone'];
const rangeNames = ['date_range', 'week_start'];

/** All parameters of `dataset`. */
export const namesOf = ({ params, defaultRange }: Dataset): string[] => [
  ...commonNames,
  ...(defaultRange === undefined ? [] : rangeNames),
  ...Object.keys(params),
];

/** Cached, because compiling a schema takes longer than validating with it. */
const schemas = new WeakMap<Dataset, Joi.ObjectSchema>();

function schemaOf(dataset: Dataset): Joi.ObjectSchema {
  const known = schemas.get(dataset);
  if (known) return known;
  const schema = Joi.object(dataset.params).prefs({ errors: { label: false, wrap: { array: false } } });
  schemas.set(dataset, schema);
  return schema;
}

function checkParams(dataset: Dataset, given: Record<string, unknown>): DatasetParams {
  const { id, check } = dataset;
  const { error, value } = schemaOf(dataset).validate(given, { messages: ruleMessages });
  if (!error) {
    check?.(value);
    return value;
  }
  const { path, message, type, context } = error.details[0]!;
  // Errors of filters already name the field.
  if (context?.error instanceof ServiceError) throw context.error;
  throw refusal(path, type === 'object.unknown' ? `is not a parameter of dataset ${id}` : message);
}

/** Parses JSON fields, as in the body of an export. @throws ServiceError `invalid_request` that names the field. */
export function parseDataset(dataset: Dataset, input: Record<string, unknown>): DatasetRequest {
  const known = namesOf(dataset);
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw refusal([unknown], `is not a parameter of dataset ${dataset.id}, which takes ${known.join(', ')}`);
  }
  const { site_id, timezone, date_range = dataset.defaultRange ?? 'all', week_start, ...params } = input;
  // These follow the rules of a query.
  const about = {
    site_id,
    date_range,
    ...(timezone !== undefined && { timezone }),
    ...(week_start !== undefined && { week_start }),
  };
  const { siteId, dateRange, ...rest } = parseQuery({ ...about, metrics: ['events'] });
  return {
    dataset,
    siteId,
    params: checkParams(dataset, params),
    ...(dataset.defaultRange !== undefined && { dateRange }),
    ...(rest.timezone !== undefined && { timezone: rest.timezone }),
    ...(rest.weekStart !== undefined && { weekStart: rest.weekStart }),
  };
}

/** The example of a dataset as a request, for a site that does not exist. */
export const exampleRequest = (dataset: Dataset): DatasetRequest =>
  parseDataset(dataset, { site_id: 'demo', ...dataset.example });

/** Parses a query string parameter: as JSON if it looks like it, as a list if it has commas and the dataset takes one. */
function readParameter(name: string, value: unknown, schema?: Joi.Schema): unknown {
  if (typeof value !== 'string') throw refusal([name], 'must be given only once');
  if (/^[[{]/.test(value)) {
    try {
      return parseExactJson(value);
    } catch {
      throw refusal([name], 'must be JSON');
    }
  }
  const isList = schema?.type === 'array' || (name === 'date_range' && value.includes(','));
  return isList ? value.split(',') : value;
}

/** The same for query string parameters. */
export function parseDatasetQuery(dataset: Dataset, query: Record<string, unknown>): DatasetRequest {
  const entries = Object.entries(query).map(([name, value]) => [
    name,
    readParameter(name, value, Object.hasOwn(dataset.params, name) ? dataset.params[name] : undefined),
  ]);
  return parseDataset(dataset, Object.fromEntries(entries));
}
