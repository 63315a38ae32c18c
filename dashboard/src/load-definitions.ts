/** Loads the definitions of metrics when the first of them is shown. */
import { signal } from '@preact/signals';
import { type Definitions, definitions } from './definitions.ts';
import { type Language, language } from './i18n/text.ts';
import { rootUrl } from './router.ts';

/** The page's own definitions by language; they override those of the API. */
const translated = signal<Partial<Record<Language, Record<string, string>>>>({});

async function load(): Promise<void> {
  // The same for everyone, so this works behind a shared link too.
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

/** Loaded or loading. */
const requested = new Set<string>();

function once(name: string, request: () => Promise<void>): void {
  if (requested.has(name)) return;
  requested.add(name);
  request().catch(() => requested.delete(name));
}

/** Loads what is missing for the current language; retries what failed before. */
export function loadDefinitions(): void {
  const into = language.value;
  once('definitions', load);
  once(into, () => translate(into));
}

/** Without Markdown backticks. Empty until loaded. */
export function definitionOf(metric: string): string {
  const text = translated.value[language.value]?.[metric] ?? definitions.value?.metrics[metric] ?? '';
  return text.replaceAll('`', '');
}
