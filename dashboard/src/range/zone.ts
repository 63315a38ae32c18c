import { computed } from '@preact/signals';
import { latestResult } from '../use-request.ts';
import { view } from '../view.ts';
import { wallClock } from './clock.ts';

export const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The chosen zone, else the site's as soon as a result has named it. */
export const zone = computed(() => view.value.timezone ?? latestResult.value?.zone ?? browserZone);

/** The current date in the zone. */
export function today(): string {
  try {
    return wallClock(zone.value, Date.now()).slice(0, 10);
  } catch {
    // This browser does not support the zone.
    return wallClock('UTC', Date.now()).slice(0, 10);
  }
}
