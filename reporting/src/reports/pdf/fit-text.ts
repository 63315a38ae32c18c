import { clusters } from './showable-text.js';
import type { TextLine, TextStyle, Typesetter } from './typesetter.js';

/** More than fits on any line. Longer text is cut before it is measured. */
const maxHalf = 500;
/** A character, or an escaped one such as `\u{1F600}`. */
const units = new RegExp(`\\\\u\\{[0-9A-F]+\\}|${clusters.source}`, 'gu');
/** Where a line can break: words, spaces, and characters of scripts without spaces between words. */
const words =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|\s+|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;

/** One line of at most `width`. Leaves out the middle of longer text, because both ends of a path say more. */
export function fitLine(type: Typesetter, text: string, width: number, style: TextStyle): TextLine {
  if (text.length <= 2 * maxHalf) {
    const shown = type.show(text);
    // Skips the layout of text that is clearly too long.
    const line = type.roughWidth(shown, style) <= 1.1 * width ? type.line(shown, style) : undefined;
    if (line && line.width <= width) return line;
  }
  const { head, tail } = halves(type, text);
  let kept = fittingCount(type, head, tail, width, style);
  while (kept > 0) {
    const line = type.line(shorten(head, tail, kept), style);
    if (line.width <= width) return line;
    kept -= 1;
  }
  return type.line(type.roughWidth('…', style) <= width ? '…' : '', style);
}

/** Lines of at most `width`, broken between words. The last of `maxLines` ends in an ellipsis if there is more. */
export function wrapText(
  type: Typesetter,
  text: string,
  width: number,
  style: TextStyle,
  maxLines: number,
): TextLine[] {
  const shown = type.show(text.length > 5_000 ? `${text.slice(0, 5_000).replace(/[\ud800-\udbff]$/, '')}…` : text);
  const lines: string[] = [];
  let current = '';
  for (const [word] of shown.trim().matchAll(words)) {
    if (current === '' || type.roughWidth(current + word.trimEnd(), style) <= width) {
      current = (current + word).trimStart();
      continue;
    }
    lines.push(current);
    current = word.trimStart();
  }
  lines.push(current);
  const isCut = lines.length > maxLines;
  return lines.slice(0, maxLines).map((line, place) => {
    return fitLine(type, isCut && place === maxLines - 1 ? `${line.trimEnd()} …` : line.trimEnd(), width, style);
  });
}

/** Units from both ends, without half a character at the cut. */
function halves(type: Typesetter, text: string): { head: string[]; tail: string[] } {
  const isLong = text.length > 2 * maxHalf;
  const head = type.show(isLong ? text.slice(0, maxHalf).replace(/[\ud800-\udbff]$/, '') : text).match(units) ?? [];
  if (!isLong) return { head, tail: head };
  const end = text
    .slice(-maxHalf)
    .replace(/^[\udc00-\udfff]/, '')
    .replace(/^\p{M}+/u, '');
  return { head, tail: type.show(end).match(units) ?? [] };
}

function shorten(head: string[], tail: string[], kept: number): string {
  const behind = Math.floor(kept * 0.4);
  return `${head.slice(0, kept - behind).join('')}…${behind > 0 ? tail.slice(-behind).join('') : ''}`;
}

/** Roughly how many units fit, by binary search over approximate widths. */
function fittingCount(type: Typesetter, head: string[], tail: string[], width: number, style: TextStyle): number {
  let [low, high] = [0, Math.min(head.length, tail.length)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (type.roughWidth(shorten(head, tail, middle), style) <= width) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Shrinks the text before shortening it, because a shortened number would be misread. */
export function fitNumber(type: Typesetter, text: string, width: number, style: TextStyle): TextLine {
  const shown = type.show(text.slice(0, 2 * maxHalf));
  for (const scale of [1, 0.85, 0.7, 0.55]) {
    const line = type.line(shown, { ...style, size: style.size * scale });
    if (line.width <= width) return line;
  }
  return fitLine(type, text, width, { ...style, size: style.size * 0.55 });
}
