/** Parses one condition of a filter: `[operator, dimension, values]`, optionally followed by `{"case_sensitive": …}`. */
import { readDecimal, writeDecimal } from '@millrace/shared/contract/decimal';
import { exactDigits, isExactNumber } from '@millrace/shared/platform/exact-json';
import { comparesNumbers, comparesTexts, type FilterOperator, filterRules } from '../query/filter-operators.js';
import type { Condition } from '../query/resolved-query.js';
import { canonicalField } from './alias-names.js';
import { compareDecimals } from './compare-decimals.js';
import { dimensionProblem } from './dimension-problem.js';
import { fieldNames, fieldPattern, fieldRule, queryLimits } from './query-names.js';
import { type FieldPath, refusal } from './refuse.js';
import { storableText } from './storable-text.js';

const field = new RegExp(fieldPattern, 'u');
const value = new RegExp(storableText(0, queryLimits.valueLength), 'u');
const decimal = /^-?\d+(\.\d+)?$/;

/** `input` starts with `op`. @throws ServiceError `invalid_request`. */
export function parseCondition(op: FilterOperator, input: unknown[], path: FieldPath): Condition {
  checkLength(op, input, path);
  const [, name, values] = input;
  if (typeof name !== 'string' || !field.test(name)) {
    throw refusal([...path, 1], dimensionProblem(name, fieldNames, fieldRule));
  }
  const dimension = canonicalField(name);
  if (comparesNumbers(op) && !dimension.startsWith('property:')) {
    throw refusal([...path, 1], `must be property:<name>, since "${op}" compares numbers`);
  }
  return {
    op,
    dimension,
    values: parseValues(op, dimension, values, [...path, 2]),
    ...(input.length === 4 && parseModifier(input[3], [...path, 3])),
  };
}

function checkLength(op: FilterOperator, { length }: unknown[], path: FieldPath): void {
  if (filterRules[op].takes === 'nothing') {
    if (length !== 2) throw refusal(path, `must have two elements: "${op}" and a dimension`);
    return;
  }
  if (length === 3 || (length === 4 && comparesTexts(op))) return;
  const more = comparesTexts(op) ? ', optionally followed by {"case_sensitive": false}' : '';
  throw refusal(path, `must have three elements: "${op}", a dimension and a list of values${more}`);
}

function parseModifier(input: unknown, path: FieldPath): Pick<Condition, 'ignoreCase'> {
  const names = typeof input === 'object' && input !== null && !Array.isArray(input) ? Object.keys(input) : [];
  const { case_sensitive: sensitive } = (input ?? {}) as { case_sensitive?: unknown };
  if (names.length !== 1 || typeof sensitive !== 'boolean') {
    throw refusal(path, 'must be {"case_sensitive": true} or {"case_sensitive": false}');
  }
  return sensitive ? {} : { ignoreCase: true };
}

function parseValues(op: FilterOperator, dimension: string, values: unknown, path: FieldPath): (string | null)[] {
  const { takes } = filterRules[op];
  if (takes === 'nothing') return [];
  if (takes === 'number') return parseNumbers(1, values, path);
  if (takes === 'bounds') return parseBounds(values, path);
  const { filterValues } = queryLimits;
  if (!Array.isArray(values) || values.length === 0 || values.length > filterValues) {
    const isSingleValue = typeof values === 'string' && values.length <= 60;
    throw refusal(
      path,
      `must be a list of 1 to ${filterValues} values${isSingleValue ? `, such as ${JSON.stringify([values.toWellFormed()])}` : ''}`,
    );
  }
  return values.map((each, index) => parseText(op, dimension, each, [...path, index]));
}

function parseText(op: FilterOperator, dimension: string, input: unknown, path: FieldPath): string | null {
  const { takes } = filterRules[op];
  if (input === null && takes === 'texts or null') return null;
  if (input === null) throw refusal(path, 'must be text; only is and is_not accept null');
  if (typeof input !== 'string') throw refusal(path, `must be text${textHint(dimension, input)}`);
  if (input.length > 2 * queryLimits.valueLength || !value.test(input)) {
    throw refusal(path, `must have at most ${queryLimits.valueLength} characters without NUL or unpaired surrogates`);
  }
  if (takes !== 'patterns') return input;
  const tooLong = input.length > queryLimits.patternLength;
  const problem = tooLong ? `must have at most ${queryLimits.patternLength} characters` : patternProblem(input);
  if (problem) throw refusal(path, problem);
  return input;
}

/** A number suggests a numeric comparison; true and false are compared as text. */
function textHint(dimension: string, input: unknown): string {
  if (typeof input === 'boolean') return `, such as "${input}"`;
  const isNumber = typeof input === 'number' || isExactNumber(input);
  if (!isNumber || !dimension.startsWith('property:')) return '';
  const example = JSON.stringify(['between', dimension, [12.5, 12.5]]);
  return `; between, greater and less compare numbers, as in ${example}`;
}

function parseBounds(values: unknown, path: FieldPath): string[] {
  const [least = '', most = ''] = parseNumbers(2, values, path);
  if (compareDecimals(least, most) <= 0) return [least, most];
  throw refusal(path, `must have the smaller number first: there is no number between ${least} and ${most}`);
}

function parseNumbers(count: 1 | 2, values: unknown, path: FieldPath): string[] {
  if (!Array.isArray(values) || values.length !== count) {
    throw refusal(
      path,
      count === 1 ? 'must be a list of one number' : 'must be a list of two numbers, the minimum and the maximum',
    );
  }
  return values.map((each, index) => parseNumber(each, [...path, index]));
}

/** JavaScript writes 0.0000001 as 1e-7. */
const plainDigits = (double: number) => writeDecimal(readDecimal(String(double)));

/** The number as decimal text with all the digits that were sent, more than a double can hold. */
function parseNumber(input: unknown, path: FieldPath): string {
  const text = isExactNumber(input) ? exactDigits(input) : typeof input === 'number' ? plainDigits(input) : input;
  const { numberDigits } = queryLimits;
  if (typeof text !== 'string' || text.length > numberDigits + 2 || !decimal.test(text)) {
    throw refusal(path, `must be a number such as 12.5 or "12.50", of at most ${numberDigits} digits`);
  }
  const digits = text.replace(/\D/g, '').length;
  if (digits > numberDigits) throw refusal(path, `must be a number of at most ${numberDigits} digits`);
  return text;
}

/**
 * Refuses what makes matching arbitrarily slow (back-references), needs a scan per character (lookaround) or changes how the rest is
 * read (`***`, `(?i)`). Whether a pattern is valid at all is for Postgres to decide. Bracket expressions are not parsed, so a `(?` in one must be split, for example `[?(]`.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.startsWith('***')) return 'must not start with ***';
  for (let index = 0; index < pattern.length; index += 1) {
    if (pattern[index] === '\\') {
      if (/[1-9]/.test(pattern[index + 1] ?? '')) return 'must not contain back-references';
      index += 1;
    } else if (pattern.startsWith('(?', index) && pattern[index + 2] !== ':') {
      return /^\(\?<?[=!]/.test(pattern.slice(index, index + 4))
        ? 'must not contain lookahead or lookbehind'
        : 'must not contain options such as (?i); to ignore case, add {"case_sensitive": false} after the values';
    }
  }
  return undefined;
}
