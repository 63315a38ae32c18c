/** Rows of a dataset about the site and the range of the page. */
import { useEffect, useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { scope } from '../scope.ts';
import { refreshes } from '../use-answer.ts';
import { noteWaiting } from '../waiting.ts';

export type DatasetRow = Record<string, string | number | null>;

export interface Dataset {
  rows?: DatasetRow[] | undefined;
  problem?: unknown;
  isWaiting: boolean;
}

/** More periods and currencies than a range of years has. */
const mostRows = '10000';

/** Filters of the page do not count here. */
export function useDataset(id: string, parameters: Record<string, string>): Dataset {
  const { site_id, date_range, timezone } = scope.value ?? {};
  const range = { site_id: site_id ?? '', date_range: String(date_range), ...(timezone && { timezone }) };
  const path =
    site_id && `/datasets/${id}/rows?${new URLSearchParams({ ...range, page_size: mostRows, ...parameters })}`;
  const refresh = refreshes.value;
  const [asked, setAsked] = useState<Dataset & { path?: string | undefined }>({ isWaiting: true });
  useEffect(() => {
    if (!path) return;
    const stopping = new AbortController();
    noteWaiting(sendJson<{ rows: DatasetRow[] }>(path, { signal: stopping.signal }))
      .then(({ rows }) => setAsked({ path, rows, isWaiting: false }))
      .catch((problem: unknown) => !stopping.signal.aborted && setAsked({ path, problem, isWaiting: false }));
    return () => stopping.abort();
  }, [path, refresh]);
  return asked.path === path ? asked : { rows: asked.rows, isWaiting: true };
}
