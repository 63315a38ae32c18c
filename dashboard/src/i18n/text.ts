/** What the page says, in the language of whoever reads it. */
import { computed, signal } from '@preact/signals';
import { readStored } from '../stored.ts';
import type english from './en.json';
import type englishOfPages from './pages-en.json';

export type TextName = keyof typeof english | keyof typeof englishOfPages;
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

const texts = signal<Partial<Record<TextName, string>>>({});
/** BCP 47; also how numbers and dates are written. */
export const locale = signal('en');

type Loaders = Record<Language, () => Promise<{ default: Partial<Record<TextName, string>> }>>;

const loaders: Loaders = {
  en: () => import('./en.json'),
  de: () => import('./de.json'),
};

/** Of whatever comes on demand, which the first view does not wait for. */
const loadersOfPages: Loaders = {
  en: () => import('./pages-en.json'),
  de: () => import('./pages-de.json'),
};
/** An address that says more than the site may need any of them at once. */
let hasPageTexts = location.search !== '';
let pageTexts: Promise<void> | undefined;

const rightToLeft = /^(ar|fa|he|ur)\b/;

/** `Intl` throws about any other. */
function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

/** `?lang=`, then the language chosen before, then the first of the browser's that there is. */
function preferredLocale(): string {
  const requested = new URLSearchParams(location.search).get('lang') ?? readStored('millrace.lang');
  const preferred = requested ? [requested, ...navigator.languages] : navigator.languages;
  return preferred.find((tag) => languageOf(tag) !== undefined) ?? 'en';
}

const languageOf = (tag: string) => languages.find((name) => name === tag.split('-')[0] && isTag(tag));

/** Of the texts, without a country. */
export const language = computed((): Language => languageOf(locale.value) ?? 'en');

/** The last choice. */
let chosenTag = preferredLocale();

export async function loadTexts(tag = chosenTag): Promise<void> {
  chosenTag = tag;
  const needed = hasPageTexts ? [loaders, loadersOfPages] : [loaders];
  const parts = await Promise.all(needed.map((loader) => loader[languageOf(tag) ?? 'en']()));
  // Those of an earlier choice may come last.
  if (tag !== chosenTag) return;
  texts.value = Object.assign({}, ...parts.map((part) => part.default));
  locale.value = tag;
  document.documentElement.lang = tag;
  document.documentElement.dir = rightToLeft.test(tag) ? 'rtl' : 'ltr';
}

/** Adds the texts of all but the first view. */
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

/** The text of that name; `{name}` in it is replaced by the value of that name. */
export function t(name: TextName, values: Record<string, string | number> = {}): string {
  const text = texts.value[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (placeholder, key: string) => String(values[key] ?? placeholder));
}

/** A text by a name that is put together, such as that of a metric; `otherwise` where there is none. */
export const textOr = (name: string, otherwise: string): string => texts.value[name as TextName] ?? otherwise;
