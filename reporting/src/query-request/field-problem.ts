import type Joi from 'joi';
import { dimensionProblem } from './dimension-problem.js';
import { metricProblem } from './metric-problem.js';
import { nearestName } from './nearest-name.js';
import { dimensionNames, dimensionRule } from './query-names.js';
import { rangeProblem } from './range-problem.js';

const nameErrors = ['string.pattern.base', 'string.empty'];

/** Completes a sentence that starts with the field. `fields` are the valid field names by the path of their object, for suggestions. */
export function fieldProblem(item: Joi.ValidationErrorItem, fields: Record<string, string[]> = {}): string {
  const { path, type, message, context } = item;
  if (type === 'object.unknown') return `${message}${fieldSuggestion(path, fields)}`;
  if (path.length === 1 && path[0] === 'date_range' && type !== 'any.required') return rangeProblem(context?.value);
  if (!nameErrors.includes(type)) return message;
  if (path[0] === 'metrics') return metricProblem(context?.value);
  if (path[0] === 'dimensions') return dimensionProblem(context?.value, dimensionNames, dimensionRule);
  return message;
}

function fieldSuggestion(path: (string | number)[], fields: Record<string, string[]>): string {
  const parent = path.slice(0, -1).join('.');
  const near = Object.hasOwn(fields, parent) ? nearestName(String(path.at(-1)), fields[parent]!) : undefined;
  return near === undefined ? '' : `; did you mean ${near}?`;
}
