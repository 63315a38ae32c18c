/** Annotations: what happened on a site, shown on its chart. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { sendJson } from '../api.ts';
import type { QueryResult } from '../query-client.ts';
import { useRequest } from '../use-request.ts';

export const annotationKinds = ['deployment', 'campaign', 'note'] as const;

export interface Annotation {
  id: string;
  at: string;
  until: string | null;
  kind: (typeof annotationKinds)[number];
  text: string;
}

export const addressOf = (site: string, rest = '') => `/sites/${encodeURIComponent(site)}/annotations${rest}`;

/** Those in the range of the chart. */
export const annotations = signal<Annotation[]>([]);
/** Increments when annotations are added or deleted. */
export const annotationChanges = signal(0);

/** Loads the annotations in the range of a result. If that fails, the chart has none. */
export function useAnnotations(query: QueryResult['query'] | undefined): void {
  const { site_id: site, date_range: [from, to] = [] } = query ?? {};
  // Ranges that end now change constantly; rounding to hours avoids a request each time.
  const hours = [from, to].map((instant) => instant?.slice(0, 13));
  const key = site && from && to ? JSON.stringify(['annotations', site, hours, annotationChanges.value]) : '';
  const load = async (signal: AbortSignal) => {
    const path = addressOf(site!, `?${new URLSearchParams({ from: from!, to: to! })}`);
    return (await sendJson<{ annotations: Annotation[] }>(path, { signal })).annotations;
  };
  const { data } = useRequest(key, load, { isStatic: true });
  useEffect(() => {
    annotations.value = data ?? [];
  }, [data]);
}

export const areAnnotationsOpen = signal(false);
export const openAnnotations = () => {
  areAnnotationsOpen.value = true;
};
