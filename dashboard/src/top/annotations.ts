/** What happened on a site, to be seen beside its figures. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { sendJson } from '../api.ts';
import type { Answer } from '../query-client.ts';

export const annotationKinds = ['deployment', 'campaign', 'note'] as const;

export interface Annotation {
  id: string;
  at: string;
  until: string | null;
  kind: (typeof annotationKinds)[number];
  text: string;
}

export const addressOf = (site: string, rest = '') => `/sites/${encodeURIComponent(site)}/annotations${rest}`;

/** Those of the range that the chart shows. */
export const annotations = signal<Annotation[]>([]);
/** Grows when some were added or deleted. */
export const annotationChanges = signal(0);

/** Asks for those of the range of an answer. The chart does without them where they cannot be had. */
export function useAnnotations(query: Answer['query'] | undefined): void {
  const { site_id: site, date_range: range } = query ?? {};
  const [from, to] = range ?? [];
  const change = annotationChanges.value;
  useEffect(() => {
    if (!site || !from || !to) return;
    const stopping = new AbortController();
    const span = `?${new URLSearchParams({ from, to })}`;
    sendJson<{ annotations: Annotation[] }>(addressOf(site, span), { signal: stopping.signal }).then(
      (answer) => {
        annotations.value = answer.annotations;
      },
      () => {
        if (!stopping.signal.aborted) annotations.value = [];
      },
    );
    return () => stopping.abort();
  }, [site, from, to, change]);
}
