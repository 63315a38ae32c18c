/** Parameters that select events, the same as in a query. */
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import { parseFilters } from '../query-request/parse-filters.js';
import { querySchema } from '../query-request/query-schema.js';
import type { DatasetParams } from './dataset.js';

/** Stays as sent; {@link filterOf} parses it. */
export const filtersParam = Joi.array().custom((filters: unknown[]) => {
  parseFilters(filters, ['filters']);
  return filters;
});

/** For datasets that are computed by a query. */
export const countedParams = { filters: filtersParam, include_bots: querySchema.extract('include_bots') };

/** The part of their query. */
export const countedOf = ({ filters, include_bots }: DatasetParams) => ({ filters, include_bots });

/** Undefined if there are no filters. */
export const filterOf = ({ filters }: DatasetParams): Filter | undefined =>
  filters === undefined ? undefined : parseFilters(filters, ['filters']);
