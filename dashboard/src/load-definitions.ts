/** Asks what names of figures mean: once somebody wants to know. */
import { signal } from '@preact/signals';
import { type Definitions, definitions } from './definitions.ts';
import { type Language, language } from './i18n/text.ts';
import { rootUrl } from './router.ts';

/** By language: those of the page's own figures, and of others where there are any. */
const translated = signal<Partial<Record<Language, Record<string, string>>>>({});

async function load(): Promise<void> {
  // The same for everybody, so that a shared link has them from here as well.
  const response = await fetch(rootUrl('api/v1/definitions'));
  if (!response.ok) throw new Error(response.statusText);
  definitions.value = (await response.json()) as Definitions;
}

const translations: Record<Language, () => Promise<{ default: Record<string, string> }>> = {
  en: () => import('./i18n/definitions.en.json'),
  de: () => import('./i18n/definitions.de.json'),
};

async function translate(into: Language): Promise<void> {
  const { default: texts } = await translations[into]();
  translated.value = { ...translated.value, [into]: texts };
}

/** What is there, or on its way. */
const requested = new Set<string>();

function once(name: string, ask: () => Promise<void>): void {
  if (requested.has(name)) return;
  requested.add(name);
  ask().catch(() => requested.delete(name));
}

/** Does nothing where they are there already in the reader's language; tried again when it failed before. */
export function loadDefinitions(): void {
  const into = language.value;
  once('definitions', load);
  once(into, () => translate(into));
}

/** Without the marks of Markdown. Empty until it is known. */
export function definitionOf(metric: string): string {
  const text = translated.value[language.value]?.[metric] ?? definitions.value?.metrics[metric] ?? '';
  return text.replaceAll('`', '');
}
