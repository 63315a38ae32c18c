/** What happened on a site, to be seen beside its figures. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { sendJson } from '../api.ts';
import type { Answer } from '../query-client.ts';
import { wallClock } from '../range/calendar.ts';
import type { Series } from './series.ts';

export const annotationKinds = ['deployment', 'campaign', 'note'] as const;

export interface Annotation {
  id: string;
  at: string;
  until: string | null;
  kind: (typeof annotationKinds)[number];
  text: string;
}

export type NewAnnotation = Pick<Annotation, 'at' | 'kind' | 'text'>;

const addressOf = (site: string, rest = '') => `/sites/${encodeURIComponent(site)}/annotations${rest}`;

/** Those of the range that the chart shows. */
export const annotations = signal<Annotation[]>([]);
/** Grows when some were added or deleted. */
const changes = signal(0);

/** Asks for those of the range of an answer. The chart does without them where they cannot be had. */
export function useAnnotations(query: Answer['query'] | undefined): void {
  const { site_id: site, date_range: range } = query ?? {};
  const [from, to] = range ?? [];
  const change = changes.value;
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

/** @throws ApiError */
export async function addAnnotation(site: string, annotation: NewAnnotation): Promise<void> {
  await sendJson(addressOf(site), { method: 'POST', body: annotation });
  changes.value += 1;
}

/** @throws ApiError */
export async function deleteAnnotation(site: string, id: string): Promise<void> {
  await sendJson(addressOf(site, `/${encodeURIComponent(id)}`), { method: 'DELETE' });
  changes.value += 1;
}

/** By the place of the point in whose bucket they begin; what began before the first one is with that. */
export function byPoint({ points }: Series, all: Annotation[], zone: string): Map<number, Annotation[]> {
  const found = new Map<number, Annotation[]>();
  for (const annotation of all) {
    const wall = wallClock(zone, Date.parse(annotation.at));
    const at = Math.max(
      0,
      points.findLastIndex(({ label }) => label.slice(0, 19) <= wall),
    );
    found.set(at, [...(found.get(at) ?? []), annotation]);
  }
  return found;
}
