import { ApiError, sendJson } from '../api.ts';
import type { Tab } from '../panels/panel.ts';
import { scopeOf } from '../panels/panel-queries.ts';
import { apiBase } from '../router.ts';
import { detailsQuery } from './details-query.ts';

/** The parameters of dataset `timeseries`. */
function exportParams(tab: Tab): Record<string, unknown> {
  const { filters: ofPage = [], ...scope } = scopeOf(tab)!;
  const { filters, ...query } = detailsQuery(tab);
  return { ...scope, ...query, filters: [...ofPage, ...filters] };
}

/** In an address, strings stay as they are and everything else becomes JSON. */
export function csvAddress(tab: Tab): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(exportParams(tab))) {
    parameters.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return `${apiBase.value}/datasets/timeseries/export.csv?${parameters}`;
}

interface Export {
  id: string;
  status: 'pending' | 'processing' | 'completed' | 'failed' | 'expired';
  error?: { message?: string } | string | null;
}

const pollEveryMs = 700;

const pause = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, pollEveryMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/**
 * Requests an Excel file and polls until it is ready. Resolves with its address, or with undefined when `signal` aborts first.
 * @throws ApiError
 */
export async function writeWorkbook(tab: Tab, signal: AbortSignal): Promise<string | undefined> {
  const body = { dataset: 'timeseries', params: exportParams(tab), format: 'xlsx' };
  let made = await sendJson<Export>('/exports', { method: 'POST', body });
  while (made.status === 'pending' || made.status === 'processing') {
    await pause(signal);
    if (signal.aborted) return undefined;
    made = await sendJson<Export>(`/exports/${made.id}`, { signal });
  }
  if (made.status === 'completed') return `${apiBase.value}/exports/${made.id}/download`;
  throw new ApiError(500, 'export_failed', (typeof made.error === 'string' ? made.error : made.error?.message) ?? '');
}
