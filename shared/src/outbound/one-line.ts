/** Line breaks, other control characters and bidirectional marks. */
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/** `text` as one line of at most `maxLength` characters, for headers and titles from untrusted input. */
export function oneLine(text: string, maxLength: number): string {
  const characters = [...text.toWellFormed().replace(invisible, ' ').trim()];
  return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : characters.join('');
}
