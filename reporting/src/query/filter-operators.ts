/** All filter operators: what each tests, whether it negates the test, and which values it takes. */

export type FilterTest =
  | 'is'
  | 'contains'
  | 'starts_with'
  | 'ends_with'
  | 'matches'
  | 'greater'
  | 'greater_or_equal'
  | 'less'
  | 'less_or_equal'
  | 'between'
  | 'is_set';

/** `texts or null`: null means the value is absent. `bounds`: two numbers, both inclusive. */
export type FilterValues = 'texts or null' | 'texts' | 'patterns' | 'number' | 'bounds' | 'nothing';

interface FilterRule {
  test: FilterTest;
  /** True when it is the exact complement of its test, including events without a value. */
  isNegated: boolean;
  takes: FilterValues;
}

const rule = (test: FilterTest, takes: FilterValues, isNegated = false): FilterRule => ({ test, takes, isNegated });

export const filterRules = {
  is: rule('is', 'texts or null'),
  is_not: rule('is', 'texts or null', true),
  contains: rule('contains', 'texts'),
  contains_not: rule('contains', 'texts', true),
  starts_with: rule('starts_with', 'texts'),
  starts_with_not: rule('starts_with', 'texts', true),
  ends_with: rule('ends_with', 'texts'),
  ends_with_not: rule('ends_with', 'texts', true),
  matches: rule('matches', 'patterns'),
  matches_not: rule('matches', 'patterns', true),
  greater: rule('greater', 'number'),
  greater_or_equal: rule('greater_or_equal', 'number'),
  less: rule('less', 'number'),
  less_or_equal: rule('less_or_equal', 'number'),
  between: rule('between', 'bounds'),
  is_set: rule('is_set', 'nothing'),
  is_not_set: rule('is_set', 'nothing', true),
} as const satisfies Record<string, FilterRule>;

export type FilterOperator = keyof typeof filterRules;

export const filterOperators = Object.keys(filterRules) as FilterOperator[];

/** Operators that compare numbers; only properties have numeric values. */
export const comparesNumbers = (op: FilterOperator): boolean => ['number', 'bounds'].includes(filterRules[op].takes);

/** Operators that compare texts, and so can be case-insensitive. */
export const comparesTexts = (op: FilterOperator): boolean =>
  !comparesNumbers(op) && filterRules[op].takes !== 'nothing';
