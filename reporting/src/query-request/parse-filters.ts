/** Turns the filters of a request, lists within lists, into a filter with every part checked. */
import type { Condition, Filter, FilterOperator } from '../query/resolved-query.js';
import { patternProblem } from './pattern-problem.js';
import { fieldPattern, fieldRule, filterOperators, queryLimits } from './query-names.js';
import { type FieldPath, refusal } from './refuse.js';
import { storableText } from './storable-text.js';

const field = new RegExp(fieldPattern, 'u');
const value = new RegExp(storableText(0, queryLimits.valueLength), 'u');

const operators: readonly unknown[] = filterOperators;
const isOperator = (text: unknown): text is FilterOperator => operators.includes(text);
const operatorRule = `must begin with one of ${filterOperators.join(', ')}, and, or, not`;

interface Count {
  conditions: number;
}

/** One expression as written, or a list of them, of which all must hold. */
export function listFilters(input: unknown, path: FieldPath): unknown[] {
  if (!Array.isArray(input)) throw refusal(path, 'must be a list');
  return typeof input[0] === 'string' ? [input] : input;
}

/** `undefined` when nothing is filtered. @throws ServiceError `invalid_request`. */
export function parseFilters(input: unknown, path: FieldPath): Filter | undefined {
  const list = listFilters(input, path);
  const single = list[0] === input;
  const count: Count = { conditions: 0 };
  const filters = parseAll(list, single ? () => path : (index) => [...path, index], 1, count);
  return filters.length <= 1 ? filters[0] : { op: 'and', filters };
}

/** The depth is checked before each step down, the number at each condition: the work is bounded for any input. */
function parseAll(list: unknown[], pathOf: (index: number) => FieldPath, depth: number, count: Count): Filter[] {
  return list.map((filter, index) => parseOne(filter, pathOf(index), depth, count));
}

function parseOne(input: unknown, path: FieldPath, depth: number, count: Count): Filter {
  if (depth > queryLimits.filterDepth) {
    throw refusal(path, `is nested too deep; the limit is ${queryLimits.filterDepth} levels`);
  }
  if (!Array.isArray(input)) throw refusal(path, 'must be a list');
  const [op, second] = input;
  if (op === 'and' || op === 'or' || op === 'not') {
    if (input.length !== 2) throw refusal(path, `must have two elements: "${op}" and what it applies to`);
    const inner = [...path, 1];
    if (op === 'not') return { op, filter: parseOne(second, inner, depth + 1, count) };
    if (!Array.isArray(second) || second.length === 0) throw refusal(inner, 'must be a list of one filter or more');
    return { op, filters: parseAll(second, (index) => [...inner, index], depth + 1, count) };
  }
  if (!isOperator(op)) throw refusal(path, operatorRule);
  return parseCondition(op, input, path, count);
}

function parseCondition(op: FilterOperator, input: unknown[], path: FieldPath, count: Count): Condition {
  count.conditions += 1;
  if (count.conditions > queryLimits.filterConditions) {
    throw refusal(path, `is one condition too many; the limit is ${queryLimits.filterConditions}`);
  }
  if (input.length !== 3) throw refusal(path, `must have three elements: "${op}", a dimension and a list of values`);
  const [, dimension, values] = input;
  if (typeof dimension !== 'string' || !field.test(dimension)) throw refusal([...path, 1], fieldRule);
  const { filterValues } = queryLimits;
  if (!Array.isArray(values) || values.length === 0 || values.length > filterValues) {
    throw refusal([...path, 2], `must be a list of 1 to ${filterValues} values`);
  }
  const checked = values.map((each, index) => parseValue(op, each, [...path, 2, index]));
  return { op, dimension: dimension as Condition['dimension'], values: checked };
}

function parseValue(op: FilterOperator, input: unknown, path: FieldPath): string | null {
  if (input === null && (op === 'is' || op === 'is_not')) return null;
  if (input === null) throw refusal(path, 'must be text; null goes only with is and is_not');
  if (typeof input !== 'string') throw refusal(path, 'must be text');
  if (input.length > 2 * queryLimits.valueLength || !value.test(input)) {
    throw refusal(
      path,
      `must have at most ${queryLimits.valueLength} characters, none of them NUL or half a character`,
    );
  }
  if (op !== 'matches' && op !== 'matches_not') return input;
  const tooLong = input.length > queryLimits.patternLength;
  const problem = tooLong ? `must have at most ${queryLimits.patternLength} characters` : patternProblem(input);
  if (problem) throw refusal(path, problem);
  return input;
}
