/** The time zone that days are those of. */
import { computed } from '@preact/signals';
import { latestResult } from '../use-request.ts';
import { view } from '../view.ts';
import { wallClock } from './clock.ts';

export const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Of what is shown: the chosen one, or that of the site as soon as an answer has named it. */
export const zone = computed(() => view.value.timezone ?? latestResult.value?.zone ?? browserZone);

/** The date that the clock of the zone shows. */
export function today(): string {
  try {
    return wallClock(zone.value, Date.now()).slice(0, 10);
  } catch {
    // A zone that this browser does not know.
    return wallClock('UTC', Date.now()).slice(0, 10);
  }
}
