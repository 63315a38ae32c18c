/** Text as a page can show it: nothing in it is unseen, reorders its neighbours, or becomes an empty box. */
import type { FontChain } from './font-chain.js';

/** What every report can draw, and most text is. */
export const plainText = /^[\x20-\x7e\u00a0\u00a1-\u00ac\u00ae-\u00ff‘’“”–—…•€]*$/;
/** A character with the marks and joiners behind it. */
export const clusters = /[^\p{M}][\p{M}\u200c\u200d]*|[\p{M}]+/gu;
/** Controls, lone surrogates, and characters that no one sees, such as those that turn text around. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;
/** Where a joiner changes how a word is written. */
const joined = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\u0900-\u0dff]/u;
/** More marks than any language stacks on a letter would run over the rows above. */
const maxMarks = 4;

/** Writes whatever cannot be shown as `\u{1F600}`, and names it to `onMissing` where only a font was missing. */
export function showableText(text: string, chain: FontChain, onMissing: (codePoint: number) => void): string {
  const spaced = text
    .replace(/[\t\n\r\u0085\u1680\u2000-\u200a\u2028\u2029\u205f\u3000]/g, ' ')
    .replaceAll('\u202f', '\u00a0');
  if (plainText.test(spaced)) return spaced;
  return spaced.normalize('NFC').replace(clusters, (cluster) => showCluster(cluster, chain, onMissing));
}

function showCluster(cluster: string, chain: FontChain, onMissing: (codePoint: number) => void): string {
  const [base, ...marks] = Array.from(cluster) as [string, ...string[]];
  if (unseen.test(base) || /\p{M}/u.test(base)) return [base, ...marks].map(escapeCharacter).join('');
  const kept = marks.slice(0, maxMarks).filter((mark) => /\p{M}/u.test(mark) || joined.test(base));
  if (kept.length === marks.length && chain.faceFor(cluster, false)) return cluster;
  if (!chain.faceFor(base, false)) {
    for (const character of cluster) onMissing(character.codePointAt(0)!);
    return [base, ...marks].map(escapeCharacter).join('');
  }
  const isKept = (mark: string, place: number) =>
    place < maxMarks && kept.includes(mark) && chain.faceFor(base + mark, false);
  return base + marks.map((mark, place) => (isKept(mark, place) ? mark : escapeCharacter(mark))).join('');
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16).toUpperCase()}}`;
}
