/** A formula can follow blanks and invisible characters. In some programs a leading tab or line break ends the cell. */
const formula = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠])/u;

/** A fast path: most cells start with a letter, a digit or a slash, which cannot start a formula. */
function isHarmless(code: number): boolean {
  return code > 0x2d && code < 0x7f && code !== 0x3d && code !== 0x40;
}

/** Prefixes text with `'` if a spreadsheet would run it as a formula (CSV injection as described by OWASP, plus full-width signs). */
export function defuseCell(text: string): string {
  return text === '' || isHarmless(text.charCodeAt(0)) || !formula.test(text) ? text : `'${text}`;
}
