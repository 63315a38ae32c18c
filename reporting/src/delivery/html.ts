/** HTML that cannot be broken out of: whatever is put into it is escaped, unless it was written here. */

const written = Symbol('written here');

/** JSON cannot hold one, so that no stored value passes for HTML. */
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

/** A piece of HTML; strings and numbers in it are text, in quoted attributes as well. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Html => ({
  [written]: parts.map((part, place) => (place === 0 ? part : textOf(values[place - 1]!) + part)).join(''),
});

export const noHtml = html``;

/** Text of ours that is HTML already, such as a style sheet. */
export const ownHtml = (text: string): Html => ({ [written]: text });

export const htmlText = (piece: Html) => piece[written];
