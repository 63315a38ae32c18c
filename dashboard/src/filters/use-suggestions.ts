/** Values that a dimension has in the range, most visitors first, under all other filters. */
import { useEffect, useState } from 'preact/hooks';
import { valueName } from '../parts/value-name.ts';
import type { Question, Scope } from '../query-client.ts';
import { scope } from '../scope.ts';
import { useAnswer } from '../use-query.ts';
import type { Filter } from '../view.ts';
import { isSame } from '../view-address.ts';
import { hasNames, propertyPrefix } from './filter-draft.ts';

const shownAtMost = 30;
/** Enough for all countries, which are found by their names and not by what the API knows. */
const named = 300;

/** The page's scope, but without the filter that is being changed. */
function scopeWithout(filter: Filter | undefined): Scope | undefined {
  if (!scope.value || !filter) return scope.value;
  return { ...scope.value, filters: (scope.value.filters ?? []).filter((each) => !isSame(each, filter)) };
}

function questionOf(dimension: string, typed: string): Question {
  const isSearched = typed !== '' && !hasNames(dimension);
  return {
    metrics: ['visitors'],
    dimensions: [dimension],
    ...(isSearched && { filters: [['contains', dimension, [typed], { case_sensitive: false }]] }),
    order_by: [['visitors', 'desc']],
    limit: hasNames(dimension) ? named : shownAtMost,
  };
}

/** What was typed, once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 150);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export interface Suggestion {
  value: string | null;
  visitors: number;
}

const isIn = (text: string, wanted: string) => text.toLocaleLowerCase().includes(wanted);

/** By its name as by what it is kept as. */
const fits = (dimension: string, value: string | null, wanted: string) =>
  isIn(valueName(dimension, value), wanted) || (value !== null && isIn(value, wanted));

/** `edited` is the filter in force that is being changed. */
export function useSuggestions(dimension: string, typed: string, edited: Filter | undefined) {
  const [asked, text] = useSettled(`${dimension}\n${typed.trim()}`).split('\n') as [string, string];
  const question = asked === propertyPrefix ? undefined : questionOf(asked, text);
  const { answer, problem, isWaiting } = useAnswer('suggestions', question, scopeWithout(edited), { isStill: true });
  const isOfAnother = answer?.query.dimensions[0] !== asked;
  const suggestions = (isOfAnother ? [] : (answer?.results ?? []))
    .map(({ dimensions: [value = null], metrics: [visitors] }): Suggestion => ({ value, visitors: Number(visitors) }))
    .filter(({ value }) => text === '' || fits(asked, value, text.toLocaleLowerCase()));
  return { suggestions: suggestions.slice(0, shownAtMost), problem, isWaiting };
}
