/** Whether the current site has any events. Most query results answer that in passing. */
import { computed, signal } from '@preact/signals';
import { sendJson } from '../api.ts';
import type { QueryResult } from '../query-client.ts';
import { siteId } from '../scope.ts';

/** By site id. */
const emptyBySite = signal<ReadonlyMap<string, boolean>>(new Map());

/** False until known. */
export const isEmptySite = computed(() => emptyBySite.value.get(siteId.value ?? '') === true);

export function noteEmptiness(site: string, isEmpty: boolean): void {
  emptyBySite.value = new Map(emptyBySite.peek()).set(site, isEmpty);
}

/** Sites that were already checked individually. */
const checkedSites = new Set<string>();

/** A site created by hand is known to the API before its first event. */
async function checkSite(site: string): Promise<void> {
  if (checkedSites.has(site)) return;
  checkedSites.add(site);
  const { first_event } = await sendJson<{ first_event: string | null }>(`/sites/${encodeURIComponent(site)}`);
  noteEmptiness(site, first_event === null);
}

/** Learns from a result whether the site has events. */
export function noteResult(site: string, { meta, results }: QueryResult): void {
  if (emptyBySite.peek().has(site)) return;
  if (!meta.site_known) noteEmptiness(site, true);
  else if (results.some(({ metrics }) => metrics.some((value) => Number(value) > 0))) noteEmptiness(site, false);
  // This result does not show it; the next one may.
  else void checkSite(site).catch(() => checkedSites.delete(site));
}
