/** What the browser calls the page: in tabs, in its history, and aloud. */
import { effect } from '@preact/signals';
import { textOr } from './i18n/text.ts';
import { place } from './place.ts';
import { siteId } from './scope.ts';

/** Of the texts that come later there may be none yet. */
const nameOf = (page: string) => (page === 'site' ? '' : textOr(`nav.${page}`, textOr(page, '')));

export function followTitle(): void {
  effect(() => {
    document.title = [nameOf(place.value.page), siteId.value, 'Millrace'].filter(Boolean).join(' – ');
  });
}
