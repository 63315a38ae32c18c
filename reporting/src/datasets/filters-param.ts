/** Parameters that say which events count: the same as in a query. */
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import { parseFilters } from '../query-request/parse-filters.js';
import { querySchema } from '../query-request/query-schema.js';
import type { DatasetParams } from './dataset.js';

/** Kept as it was sent; {@link filterOf} reads it. */
export const filtersParam = Joi.array().custom((filters: unknown[]) => {
  parseFilters(filters, ['filters']);
  return filters;
});

/** Of datasets whose rows a query counts. */
export const countedParams = { filters: filtersParam, include_bots: querySchema.extract('include_bots') };

/** What their query says of it. */
export const countedOf = ({ filters, include_bots }: DatasetParams) => ({ filters, include_bots });

/** Undefined where nothing is filtered. */
export const filterOf = ({ filters }: DatasetParams): Filter | undefined =>
  filters === undefined ? undefined : parseFilters(filters, ['filters']);
