/** Whether the site that is shown has any event at all. Most answers say so by the way. */
import { computed, signal } from '@preact/signals';
import { sendJson } from '../api.ts';
import type { QueryResult } from '../query-client.ts';
import { siteId } from '../scope.ts';

/** By site. */
const emptyBySite = signal<ReadonlyMap<string, boolean>>(new Map());

/** False until it is known. */
export const isEmptySite = computed(() => emptyBySite.value.get(siteId.value ?? '') === true);

export function noteEmptiness(site: string, isEmpty: boolean): void {
  emptyBySite.value = new Map(emptyBySite.peek()).set(site, isEmpty);
}

/** Sites of which the whole was asked for. */
const checkedSites = new Set<string>();

/** A site that was made by hand is known before its first event. */
async function checkSite(site: string): Promise<void> {
  if (checkedSites.has(site)) return;
  checkedSites.add(site);
  const { first_event } = await sendJson<{ first_event: string | null }>(`/sites/${encodeURIComponent(site)}`);
  noteEmptiness(site, first_event === null);
}

/** Takes from an answer about a site what it says of this. */
export function noteResult(site: string, { meta, results }: QueryResult): void {
  if (emptyBySite.peek().has(site)) return;
  if (!meta.site_known) noteEmptiness(site, true);
  else if (results.some(({ metrics }) => metrics.some((value) => Number(value) > 0))) noteEmptiness(site, false);
  // Of what it does not say now, the next one may.
  else void checkSite(site).catch(() => checkedSites.delete(site));
}
