/** Splits text where the font or direction changes, and orders the parts on the line. */
import bidiFactory, { type Bidi } from 'bidi-js';
import type { FontChain } from './font-chain.js';
import type { Face } from './open-face.js';
import { clusters, plainText } from './showable-text.js';

export interface TextRun {
  text: string;
  face: Face;
  /** Embedding level of the Unicode Bidirectional Algorithm: odd is right to left. */
  level: number;
}

// Its types declare a default export, but Node gives the function itself.
const bidi = (bidiFactory as unknown as () => Bidi)();
const readFromRight = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The runs of showable text in reading order. */
export function textRuns(text: string, chain: FontChain, isBold: boolean): TextRun[] {
  if (plainText.test(text)) {
    const face = chain.faceFor('a', isBold);
    return face && text !== '' ? [{ text, face, level: 0 }] : [];
  }
  if (!readFromRight.test(text)) return cutRuns(text, chain, isBold);
  const isAddress = /^\/|^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const { levels } = bidi.getEmbeddingLevels(text, isAddress ? 'ltr' : 'auto');
  // The parts of a URL or path stay in order, whatever their script.
  if (isAddress) for (const { index } of text.matchAll(/[/?&=#]/g)) levels[index] = 0;
  const mirrored = bidi.getMirroredCharactersMap(text, levels);
  return cutRuns(text, chain, isBold, levels, mirrored);
}

function cutRuns(
  text: string,
  chain: FontChain,
  isBold: boolean,
  levels?: Uint8Array,
  mirrored?: Map<number, string>,
): TextRun[] {
  const runs: TextRun[] = [];
  for (const { 0: cluster, index } of text.matchAll(clusters)) {
    const level = levels?.[index] ?? 0;
    const shown = mirrored?.get(index) ?? cluster;
    const last = runs.at(-1);
    const face = faceOf(shown, last?.face, chain, isBold);
    if (!face) continue;
    if (last && last.face === face && last.level === level) last.text += shown;
    else runs.push({ text: shown, face, level });
  }
  return runs;
}

/** Spaces take the font of the word before, which keeps a line of one script in one run. */
function faceOf(cluster: string, last: Face | undefined, chain: FontChain, isBold: boolean): Face | undefined {
  if (last && cluster === ' ' && last.font.hasGlyphForCodePoint(0x20)) return last;
  return chain.faceFor(cluster, isBold) ?? chain.faceFor(Array.from(cluster)[0]!, isBold);
}

/** Runs from left to right: rule L2 of https://www.unicode.org/reports/tr9/#L2, applied to whole runs. */
export function visualOrder<Run extends TextRun>(runs: Run[]): Run[] {
  const ordered = [...runs];
  const highest = Math.max(0, ...runs.map((run) => run.level));
  for (let level = highest; level > 0; level -= 1) {
    let start = 0;
    while (start < ordered.length) {
      let end = start;
      while (end < ordered.length && ordered[end]!.level >= level) end += 1;
      ordered.splice(start, end - start, ...ordered.slice(start, end).reverse());
      start = end + 1;
    }
  }
  return ordered;
}
