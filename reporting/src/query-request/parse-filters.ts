/** Parses the filters of a request, which may be nested. */
import { exactDigits, isExactNumber } from '@millrace/shared/platform/exact-json';
import { type FilterOperator, filterOperators } from '../query/filter-operators.js';
import type { Filter } from '../query/resolved-query.js';
import { parseCondition } from './parse-condition.js';
import { queryLimits } from './query-names.js';
import { type FieldPath, refusal } from './refuse.js';

const operators: readonly unknown[] = filterOperators;
const isOperator = (text: unknown): text is FilterOperator => operators.includes(text);
const operatorRule = `must begin with one of ${filterOperators.join(', ')}, and, or, not`;

const example = '["is", "path", ["/"]]';
const joinRule = (op: string): string =>
  op === 'not'
    ? `must have two elements: "not" and one filter, such as ["not", ${example}]; ["not", ["and", [...]]] negates several`
    : `must have two elements: "${op}" and one list of all its filters, such as ["${op}", [${example}]]`;

interface Count {
  conditions: number;
}

/** Accepts a single filter, or a list of filters that must all match. */
export function listFilters(input: unknown, path: FieldPath): unknown[] {
  if (!Array.isArray(input)) throw refusal(path, 'must be a list');
  return typeof input[0] === 'string' ? [input] : input;
}

/** Filters for display: numbers that a double cannot hold become text, so that no reader rounds them. */
export function showFilters(list: unknown[]): unknown[] {
  return list.map((each) => {
    if (Array.isArray(each)) return showFilters(each);
    return isExactNumber(each) ? exactDigits(each) : each;
  });
}

/** `undefined` if there are no filters. @throws ServiceError `invalid_request`. */
export function parseFilters(input: unknown, path: FieldPath): Filter | undefined {
  const list = listFilters(input, path);
  const single = list[0] === input;
  const count: Count = { conditions: 0 };
  const filters = parseAll(list, single ? () => path : (index) => [...path, index], 1, count);
  return filters.length <= 1 ? filters[0] : { op: 'and', filters };
}

/** The depth is checked before each step down and the number of conditions at each one, so the work is bounded for any input. */
function parseAll(list: unknown[], pathOf: (index: number) => FieldPath, depth: number, count: Count): Filter[] {
  return list.map((filter, index) => parseOne(filter, pathOf(index), depth, count));
}

function parseOne(input: unknown, path: FieldPath, depth: number, count: Count): Filter {
  if (depth > queryLimits.filterDepth) {
    throw refusal(path, `is nested too deeply; the limit is ${queryLimits.filterDepth} levels`);
  }
  if (!Array.isArray(input)) throw refusal(path, 'must be a list');
  const [op, second] = input;
  if (op === 'and' || op === 'or' || op === 'not') {
    if (input.length !== 2) throw refusal(path, joinRule(op));
    const inner = [...path, 1];
    if (op === 'not' && Array.isArray(second) && Array.isArray(second[0])) throw refusal(path, joinRule(op));
    if (op === 'not') return { op, filter: parseOne(second, inner, depth + 1, count) };
    if (!Array.isArray(second) || second.length === 0) throw refusal(inner, 'must be a list of one or more filters');
    return { op, filters: parseAll(second, (index) => [...inner, index], depth + 1, count) };
  }
  if (!isOperator(op)) throw refusal(path, operatorRule);
  count.conditions += 1;
  if (count.conditions > queryLimits.filterConditions) {
    throw refusal(path, `is one condition too many; the limit is ${queryLimits.filterConditions}`);
  }
  return parseCondition(op, input, path);
}
