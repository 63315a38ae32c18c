/** HTML templates that escape every value, unless it was built by this file. */

const written = Symbol('written here');

/** Keyed by a symbol, which JSON cannot contain, so no stored value can pass for HTML. */
export interface Html {
  readonly [written]: string;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeText = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!);

type Value = Html | Html[] | string | number;

function textOf(value: Value): string {
  if (Array.isArray(value)) return value.map(htmlText).join('');
  return typeof value === 'object' ? value[written] : escapeText(String(value));
}

/** Interpolated strings and numbers become text, also inside quoted attributes. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Html => ({
  [written]: parts.map((part, place) => (place === 0 ? part : textOf(values[place - 1]!) + part)).join(''),
});

export const noHtml = html``;

/** Trusted HTML from our own source, such as a style sheet. */
export const ownHtml = (text: string): Html => ({ [written]: text });

export const htmlText = (piece: Html) => piece[written];
