/** Runs queries about the current site and repeats them when they change. */
import { noteResult } from './empty/emptiness.ts';
import { type Query, type QueryResult, runQuery, type Scope } from './query-client.ts';
import { scope } from './scope.ts';
import { latestResult, type RequestOptions, type RequestState, useRequest } from './use-request.ts';

/** Runs nothing while `query` is undefined. Pass a `queryScope` for queries that ignore the page's range and filters. */
export function useQuery(
  lane: string,
  query: Query | undefined,
  queryScope: Scope | undefined = scope.value,
  options: RequestOptions = {},
): RequestState<QueryResult> {
  const key = query && queryScope ? JSON.stringify([lane, queryScope, query]) : '';
  return useRequest(
    key,
    async (signal) => {
      const result = await runQuery(lane, queryScope!, query!, signal);
      noteResult(queryScope!.site_id, result);
      latestResult.value = { at: result.at, source: result.meta.source, zone: result.query.timezone };
      return result;
    },
    options,
  );
}

/** Several queries whose results are shown together: all succeed, or none. */
export function useQueries(lane: string, queries: Query[]): RequestState<QueryResult[]> {
  const queryScope = scope.value;
  const key = queryScope ? JSON.stringify([lane, queryScope, ...queries]) : '';
  const state = useRequest(key, (signal) =>
    Promise.all(queries.map((query) => runQuery(lane, queryScope!, query, signal))),
  );
  // Earlier results are usable only if there are as many.
  return state.data?.length === queries.length ? state : { ...state, data: undefined };
}
