/** Asks what names of figures mean: once somebody wants to know. */
import { signal } from '@preact/signals';
import { type Definitions, definitions } from './definitions.ts';
import { locale } from './i18n/text.ts';
import { rootAddress } from './place.ts';

/** In the reader's language: those of the page's own figures, and of others where there are any. */
const translated = signal<Record<string, string>>({});

let isAsked = false;

async function load(): Promise<void> {
  // The same for everybody, so that a shared link has them from here as well.
  const response = await fetch(rootAddress('api/v1/definitions'));
  if (!response.ok) throw new Error(response.statusText);
  definitions.value = (await response.json()) as Definitions;
}

const translations: Record<string, () => Promise<{ default: Record<string, string> }>> = {
  en: () => import('./i18n/definitions.en.json'),
  de: () => import('./i18n/definitions.de.json'),
};

async function translate(): Promise<void> {
  translated.value = (await (translations[locale.value.split('-')[0]!] ?? translations.en!)()).default;
}

/** Does nothing where they are there already; tried again when it failed before. */
export function loadDefinitions(): void {
  if (isAsked) return;
  isAsked = true;
  Promise.all([load(), translate()]).catch(() => {
    isAsked = false;
  });
}

/** Without the marks of Markdown. Empty until it is known. */
export function definitionOf(metric: string): string {
  return (translated.value[metric] ?? definitions.value?.metrics[metric] ?? '').replaceAll('`', '');
}
