/** Values of a dimension in the range, most visitors first, under all other filters. */
import { useEffect, useState } from 'preact/hooks';
import { valueName } from '../parts/value-name.ts';
import type { Query, Scope } from '../query-client.ts';
import { scope } from '../scope.ts';
import { useQuery } from '../use-query.ts';
import type { Filter } from '../view.ts';
import { isSame } from '../view-address.ts';
import { hasNames, propertyPrefix } from './filter-draft.ts';

const maxShown = 30;
/** Enough for all countries: the API searches their codes, so their names are searched here. */
const namedValueLimit = 300;

/** The page's scope without the filter being edited. */
function scopeWithout(filter: Filter | undefined): Scope | undefined {
  if (!scope.value || !filter) return scope.value;
  return { ...scope.value, filters: (scope.value.filters ?? []).filter((each) => !isSame(each, filter)) };
}

function suggestionQuery(dimension: string, typed: string): Query {
  const isSearched = typed !== '' && !hasNames(dimension);
  return {
    metrics: ['visitors'],
    dimensions: [dimension],
    ...(isSearched && { filters: [['contains', dimension, [typed], { case_sensitive: false }]] }),
    order_by: [['visitors', 'desc']],
    limit: hasNames(dimension) ? namedValueLimit : maxShown,
  };
}

/** The text once typing has paused. */
function useDebounced(text: string): string {
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

const isIn = (text: string, needle: string) => text.toLocaleLowerCase().includes(needle);

/** Matches the displayed name and the stored value. */
const fits = (dimension: string, value: string | null, needle: string) =>
  isIn(valueName(dimension, value), needle) || (value !== null && isIn(value, needle));

/** `edited` is the active filter being changed, if any. */
export function useSuggestions(dimension: string, typed: string, edited: Filter | undefined) {
  const [searchedDimension, text] = useDebounced(`${dimension}\n${typed.trim()}`).split('\n') as [string, string];
  const query = searchedDimension === propertyPrefix ? undefined : suggestionQuery(searchedDimension, text);
  const { data, problem, isLoading } = useQuery('suggestions', query, scopeWithout(edited), { isStatic: true });
  const isOfAnother = data?.query.dimensions[0] !== searchedDimension;
  const suggestions = (isOfAnother ? [] : (data?.results ?? []))
    .map(({ dimensions: [value = null], metrics: [visitors] }): Suggestion => ({ value, visitors: Number(visitors) }))
    .filter(({ value }) => text === '' || fits(searchedDimension, value, text.toLocaleLowerCase()));
  return { suggestions: suggestions.slice(0, maxShown), problem, isLoading };
}
