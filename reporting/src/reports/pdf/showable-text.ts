/** Makes text safe to draw: nothing invisible, nothing that reorders its neighbours, no empty boxes. */
import type { FontChain } from './font-chain.js';

/** Characters that every font has. Most text has no others. */
export const plainText = /^[\x20-\x7e\u00a0\u00a1-\u00ac\u00ae-\u00ff‘’“”–—…•€]*$/;
/** A character with the marks and joiners that follow it. */
export const clusters = /[^\p{M}][\p{M}\u200c\u200d]*|[\p{M}]+/gu;
/** Control characters, lone surrogates and invisible characters, such as those that change the direction. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;
/** Scripts in which joiners change how a word is written. */
const joined = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\u0900-\u0dff]/u;
/** As many as any language stacks on a letter. More would run into the row above. */
const maxMarks = 4;

/** Escapes what cannot be shown, such as `\u{1F600}`. Calls `onMissing` if only a font was missing. */
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
