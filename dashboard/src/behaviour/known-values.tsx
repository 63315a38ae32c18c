/** Suggests pages and event types of the range in inputs. */
import type { Query } from '../query-client.ts';
import { scope } from '../scope.ts';
import { useQuery } from '../use-query.ts';
import { viewsOnly } from './condition.ts';

const maxSuggestions = 50;

const suggestionQueries: Record<string, Query> = {
  'known-pages': {
    ...{ metrics: ['visitors'], dimensions: ['path'], filters: [viewsOnly] },
    ...{ order_by: [['visitors', 'desc']], limit: maxSuggestions },
  },
  'known-events': {
    ...{ metrics: ['visitors'], dimensions: ['event_type'] },
    ...{ order_by: [['visitors', 'desc']], limit: maxSuggestions },
  },
};

/** Ids for the attribute `list` of an input. */
export const pageSuggestions = 'known-pages';
export const eventSuggestions = 'known-events';

function SuggestionList({ id }: { id: string }) {
  const { data } = useQuery('suggestions', suggestionQueries[id], scope.value, { isStatic: true });
  const values = (data?.results ?? []).flatMap(({ dimensions: [value] }) => (value ? [value] : []));
  return (
    <datalist id={id}>
      {values.map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  );
}

/** Rendered once on each page with condition inputs. */
export const Suggestions = () => (
  <>
    <SuggestionList id={pageSuggestions} />
    <SuggestionList id={eventSuggestions} />
  </>
);
