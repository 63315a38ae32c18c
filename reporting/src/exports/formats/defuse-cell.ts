/** A formula may stand behind blanks and invisible characters; a tab or a line break at the start ends the cell in some programs. */
const formula = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠])/u;

/** Letters, digits and slashes begin most cells, and no formula. */
function isHarmless(code: number): boolean {
  return code > 0x2d && code < 0x7f && code !== 0x3d && code !== 0x40;
}

/** Text with `'` before it where a spreadsheet would run it as a formula (the rules of OWASP, and full-width signs). */
export function defuseCell(text: string): string {
  return text === '' || isHarmless(text.charCodeAt(0)) || !formula.test(text) ? text : `'${text}`;
}
