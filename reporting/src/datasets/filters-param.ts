/** Parameter `filters` of datasets of raw events: the same as in a query. */
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import { parseFilters } from '../query-request/parse-filters.js';
import type { DatasetParams } from './dataset.js';

/** Kept as it was sent; {@link filterOf} reads it. */
export const filtersParam = Joi.array().custom((filters: unknown[]) => {
  parseFilters(filters, ['filters']);
  return filters;
});

/** Undefined where nothing is filtered. */
export const filterOf = ({ filters }: DatasetParams): Filter | undefined =>
  filters === undefined ? undefined : parseFilters(filters, ['filters']);
