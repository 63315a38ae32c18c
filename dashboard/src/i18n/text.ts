/** The texts of the page in the user's language. */
import { computed, signal } from '@preact/signals';
import { readStored } from '../stored.ts';
import type english from './en.json';
import type englishOfPages from './pages-en.json';

export type TextName = keyof typeof english | keyof typeof englishOfPages;
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

const texts = signal<Partial<Record<TextName, string>>>({});
/** A BCP 47 tag; also used to format numbers and dates. */
export const locale = signal('en');

type Loaders = Record<Language, () => Promise<{ default: Partial<Record<TextName, string>> }>>;

const loaders: Loaders = {
  en: () => import('./en.json'),
  de: () => import('./de.json'),
};

/** Texts of the deferred parts. */
const loadersOfPages: Loaders = {
  en: () => import('./pages-en.json'),
  de: () => import('./pages-de.json'),
};
/** With a query string the address may need any of these texts at once. */
let hasPageTexts = location.search !== '';
let pageTexts: Promise<void> | undefined;

const rightToLeft = /^(ar|fa|he|ur)\b/;

/** `Intl` throws on an invalid tag. */
function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

/** `?lang=`, then the last choice, then the first supported language of the browser. */
function preferredLocale(): string {
  const requested = new URLSearchParams(location.search).get('lang') ?? readStored('millrace.lang');
  const preferred = requested ? [requested, ...navigator.languages] : navigator.languages;
  return preferred.find((tag) => languageOf(tag) !== undefined) ?? 'en';
}

const languageOf = (tag: string) => languages.find((name) => name === tag.split('-')[0] && isTag(tag));

/** The language of the texts, without a region. */
export const language = computed((): Language => languageOf(locale.value) ?? 'en');

/** The most recent choice. */
let chosenTag = preferredLocale();

export async function loadTexts(tag = chosenTag): Promise<void> {
  chosenTag = tag;
  const needed = hasPageTexts ? [loaders, loadersOfPages] : [loaders];
  const parts = await Promise.all(needed.map((loader) => loader[languageOf(tag) ?? 'en']()));
  // The texts of an earlier choice may arrive last.
  if (tag !== chosenTag) return;
  texts.value = Object.assign({}, ...parts.map((part) => part.default));
  locale.value = tag;
  document.documentElement.lang = tag;
  document.documentElement.dir = rightToLeft.test(tag) ? 'rtl' : 'ltr';
}

/** Adds the texts of the deferred parts. */
export async function loadPageTexts(): Promise<void> {
  hasPageTexts = true;
  pageTexts ??= loadTexts();
  try {
    await pageTexts;
  } catch (error) {
    pageTexts = undefined;
    throw error;
  }
}

/** The text of that name, with each `{name}` replaced by its value. */
export function t(name: TextName, values: Record<string, string | number> = {}): string {
  const text = texts.value[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (placeholder, key: string) => String(values[key] ?? placeholder));
}

/** The text for a computed key, such as the name of a metric; `otherwise` if the key has no text. */
export const textOr = (name: string, otherwise: string): string => texts.value[name as TextName] ?? otherwise;
