/** Whether the site that is shown has any event at all. Most answers say so by the way. */
import { computed, signal } from '@preact/signals';
import { sendJson } from '../api.ts';
import type { Answer } from '../query-client.ts';
import { siteId } from '../scope.ts';

/** By site. */
const known = signal<ReadonlyMap<string, boolean>>(new Map());

/** False until it is known. */
export const isEmptySite = computed(() => known.value.get(siteId.value ?? '') === true);

export function noteEmptiness(site: string, isEmpty: boolean): void {
  known.value = new Map(known.peek()).set(site, isEmpty);
}

/** Sites of which the whole was asked for. */
const asked = new Set<string>();

/** A site that was made by hand is known before its first event. */
async function askWhole(site: string): Promise<void> {
  if (asked.has(site)) return;
  asked.add(site);
  const { first_event } = await sendJson<{ first_event: string | null }>(`/sites/${encodeURIComponent(site)}`);
  noteEmptiness(site, first_event === null);
}

/** Takes from an answer about a site what it says of this. */
export function noteAnswer(site: string, { meta, results }: Answer): void {
  if (known.peek().has(site)) return;
  if (!meta.site_known) noteEmptiness(site, true);
  else if (results.some(({ metrics }) => metrics.some((value) => Number(value) > 0))) noteEmptiness(site, false);
  // Of what it does not say now, the next one may.
  else void askWhole(site).catch(() => asked.delete(site));
}
