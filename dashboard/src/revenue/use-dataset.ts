/** Rows of a dataset about the site and the range of the page. */
import { sendJson } from '../api.ts';
import { scope } from '../scope.ts';
import { type Asked, type Asking, useAsked } from '../use-asked.ts';
import { noteWaiting } from '../waiting.ts';

export type DatasetRow = Record<string, string | number | null>;

/** More periods and currencies than a range of years has. */
const mostRows = '10000';

/** Filters of the page do not count here. */
export function useDataset(id: string, parameters: Record<string, string>, asking: Asking = {}): Asked<DatasetRow[]> {
  const { site_id, date_range, timezone } = scope.value ?? {};
  const range = { site_id: site_id ?? '', date_range: String(date_range), ...(timezone && { timezone }) };
  const query = new URLSearchParams({ ...range, page_size: mostRows, ...parameters });
  const path = site_id ? `/datasets/${id}/rows?${query}` : '';
  return useAsked(
    path,
    async (signal) => (await noteWaiting(sendJson<{ rows: DatasetRow[] }>(path, { signal }))).rows,
    asking,
  );
}
