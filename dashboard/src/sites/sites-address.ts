/** The state of the list of sites in the address. */
import { computed } from '@preact/signals';
import { address, navigate, rootUrl } from '../router.ts';
import { readSitesView, type SitesView, writeSitesView } from './sites-view.ts';

export const sitesView = computed(() => readSitesView(address.value.search));

export function changeSitesView(change: Partial<SitesView>, options?: { replace?: boolean }): void {
  const next = { ...sitesView.value, page: 1, ...change };
  navigate(rootUrl() + writeSitesView(next, address.value.search), options);
}
