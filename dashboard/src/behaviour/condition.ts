/** The condition of a funnel step, a return or the start of a journey: as the form shows it, and as filters of the API. */

import type { Goal } from '../goals.ts';
import { isSame } from '../view-address.ts';

/** `contains` and the like apply to pages only; an event type is always compared exactly. */
export const pageOperators = ['is', 'contains', 'starts_with', 'ends_with'] as const;
export type PageOperator = (typeof pageOperators)[number];

export type ConditionKind = 'page' | 'event' | 'goal' | 'other';

export interface Condition {
  kind: ConditionKind;
  operator: PageOperator;
  /** A path, an event type, or the id of a goal. */
  value: string;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The single value of `[operator, dimension, [value]]` if the filter is about that dimension. */
function textOf(filter: unknown, dimension: string): { operator: string; value: string } | undefined {
  if (!Array.isArray(filter) || filter.length !== 3 || filter[1] !== dimension) return undefined;
  const [operator, , values] = filter as [unknown, unknown, unknown];
  if (!isText(operator) || !Array.isArray(values) || values.length !== 1 || !isText(values[0])) return undefined;
  return { operator, value: values[0] };
}

function asEvent(filters: readonly unknown[]): Condition | undefined {
  const found = filters.length === 1 ? textOf(filters[0], 'event_type') : undefined;
  return found?.operator === 'is' ? { kind: 'event', operator: 'is', value: found.value } : undefined;
}

export const viewsOnly = ['is', 'event_type', ['view']];

/** Only views match: leaving a page or clicking on it are other events with the same path. */
function asPage(filters: readonly unknown[]): Condition | undefined {
  const [type, path] = filters;
  const found = filters.length === 2 && isSame(type, viewsOnly) ? textOf(path, 'path') : undefined;
  const operator = pageOperators.find((name) => name === found?.operator);
  return found && operator ? { kind: 'page', operator, value: found.value } : undefined;
}

function asGoal(filters: readonly unknown[], goals: readonly Goal[]): Condition | undefined {
  const goal = goals.find((each) => isSame(each.filters, filters));
  return goal && { kind: 'goal', operator: 'is', value: goal.id };
}

/** `preferred` decides where filters can be read in two ways, such as those of a goal that is a page. */
export function readCondition(
  filters: readonly unknown[],
  goals: readonly Goal[],
  preferred?: ConditionKind,
): Condition {
  const readings = [asGoal(filters, goals), asPage(filters), asEvent(filters)].filter((each) => each !== undefined);
  return readings.find(({ kind }) => kind === preferred) ?? readings[0] ?? { kind: 'other', operator: 'is', value: '' };
}

/** Filters of the API. An unknown goal becomes a condition on an empty event type, which counts as incomplete. */
export function writeCondition({ kind, operator, value }: Condition, goals: readonly Goal[]): unknown[] {
  if (kind === 'page') return [viewsOnly, [operator, 'path', [value]]];
  const goal = kind === 'goal' ? goals.find(({ id }) => id === value) : undefined;
  return goal ? goal.filters : [['is', 'event_type', [kind === 'event' ? value : '']]];
}

/** True if no value is empty, so that the API would accept the filters. */
export const isComplete = (filters: readonly unknown[] | undefined): boolean =>
  filters !== undefined &&
  filters.length > 0 &&
  filters.every((filter) => !(Array.isArray(filter) && Array.isArray(filter[2]) && filter[2].includes('')));
