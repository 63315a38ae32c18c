/** What the browser calls the page: in tabs, in its history, and aloud. */
import { effect } from '@preact/signals';
import { textOr } from './i18n/text.ts';
import { type Place, place } from './place.ts';
import { siteId } from './scope.ts';

/** Names of texts; of those that come later there may be none yet. */
const names: Partial<Record<Place['page'], string>> = {
  ...{ sites: 'sites', operator: 'operator', live: 'live.title', settings: 'settings' },
  ...{ funnels: 'nav.funnels', retention: 'nav.retention', journeys: 'nav.journeys' },
};

export function followTitle(): void {
  effect(() => {
    const name = names[place.value.page];
    document.title = [name && textOr(name, ''), siteId.value, 'Millrace'].filter(Boolean).join(' – ');
  });
}
