/** Every operator of a filter: what it tests, whether it denies that, and which values it takes. */

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

/** `texts or null`: null stands for the absence of a value. `bounds`: two numbers, both included. */
export type FilterValues = 'texts or null' | 'texts' | 'patterns' | 'number' | 'bounds' | 'nothing';

interface FilterRule {
  test: FilterTest;
  /** True when it is the exact complement of its test, events without a value included. */
  isDenial: boolean;
  takes: FilterValues;
}

const rule = (test: FilterTest, takes: FilterValues, isDenial = false): FilterRule => ({ test, takes, isDenial });

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

/** Operators that compare numbers, which only properties are. */
export const comparesNumbers = (op: FilterOperator): boolean => ['number', 'bounds'].includes(filterRules[op].takes);

/** Operators that compare texts, and so may be told to take capitals for small letters. */
export const comparesTexts = (op: FilterOperator): boolean =>
  !comparesNumbers(op) && filterRules[op].takes !== 'nothing';
