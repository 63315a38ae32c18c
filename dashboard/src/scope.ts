/** What all queries of a page share, derived from its address. */
import { computed } from '@preact/signals';
import type { Scope } from './query-client.ts';
import { route } from './router.ts';
import { savedSegments } from './saved-segments.ts';
import { session } from './session.ts';
import { view } from './view.ts';
import { isAboutBots } from './view-address.ts';

/** The current site. A shared link names it only after it is open. */
export const siteId = computed(() => route.value.siteId ?? session.value?.site_id ?? undefined);

/** The API's format: two dates, or the name of a range. */
const asRange = (text: string): string | [string, string] => {
  const [from, to] = text.split(',');
  return from && to ? [from, to] : text;
};

const dateRange = computed(() => asRange(view.value.range));

/** Undefined while something that it depends on is loading. */
export const scope = computed<Scope | undefined>(() => {
  const { filters, segment, timezone } = view.value;
  const saved = segment === undefined ? [] : savedSegments.value?.find(({ id }) => id === segment)?.definition.filters;
  if (siteId.value === undefined || saved === undefined) return undefined;
  const all = [...filters, ...saved];
  return {
    ...{ site_id: siteId.value, date_range: dateRange.value },
    ...(timezone && { timezone }),
    ...(all.length > 0 && { filters: all }),
    // Bots are excluded by default, so a page filtered by one would be empty.
    ...([...all, ...(session.value?.filters ?? [])].some(isAboutBots) && { include_bots: true }),
  };
});

/** The comparison, as `include` of a query. */
export const comparison = computed<Record<string, unknown>>(() => {
  const { compare, match } = view.value;
  if (compare === 'off' || view.value.range === 'all') return {};
  return { comparison: asRange(compare), ...(match === 'weekday' && { match }) };
});
