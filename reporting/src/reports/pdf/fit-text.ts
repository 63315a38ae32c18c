/** Text in the room that there is for it. */
import { clusters } from './showable-text.js';
import type { TextLine, TextStyle, Typesetter } from './typesetter.js';

/** No line of a page holds as much: what is longer is cut before anything is measured. */
const maxHalf = 500;
/** A character, or one that is written as its number. */
const units = new RegExp(`\\\\u\\{[0-9A-F]+\\}|${clusters.source}`, 'gu');
/** What a line may be broken into: words, spaces, and characters of languages that write none between words. */
const words =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|\s+|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;

/** One line of at most `width`; the middle of longer text is left out, as both ends of a path tell more. */
export function fitLine(type: Typesetter, text: string, width: number, style: TextStyle): TextLine {
  if (text.length <= 2 * maxHalf) {
    const shown = type.show(text);
    // Text that is far too long would be laid out for nothing.
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

/** Lines of at most `width`, broken between words; the last of `maxLines` ends in an ellipsis when there is more. */
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

/** The units from both ends, without one half of anything at the cut. */
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

/** How many units fit, nearly: found by halving, for which rough widths are enough. */
function fittingCount(type: Typesetter, head: string[], tail: string[], width: number, style: TextStyle): number {
  let [low, high] = [0, Math.min(head.length, tail.length)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (type.roughWidth(shorten(head, tail, middle), style) <= width) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Smaller before shorter: a number without its middle would be another one. */
export function fitNumber(type: Typesetter, text: string, width: number, style: TextStyle): TextLine {
  const shown = type.show(text.slice(0, 2 * maxHalf));
  for (const scale of [1, 0.85, 0.7, 0.55]) {
    const line = type.line(shown, { ...style, size: style.size * scale });
    if (line.width <= width) return line;
  }
  return fitLine(type, text, width, { ...style, size: style.size * 0.55 });
}
