/** One font file, opened so that the text of a PDF can be copied out again. */
import { readFileSync } from 'node:fs';
import { create, type Font, type Glyph, type GlyphRun } from 'fontkit';
import { unpackWoff } from './unpack-woff.js';

export interface Face {
  /** Unique among all faces of a process. */
  name: string;
  isBold: boolean;
  font: Font;
  /** Of an unshaped letter, in multiples of the size. */
  letterWidth(letter: string): number;
}

/** Passed as the features of a run that is read from right to left; any other run is laid out from left to right. */
export const rightToLeft: ['rtla'] = ['rtla'];
/** The same for small text of plain letters: without kerning, which no one sees there, and in a tenth of the time. */
export const unshaped: ['unic'] = ['unic'];

/** Throws for a file that is no font. */
export function openFace(path: string, isBold: boolean): Face {
  const opened = create(unpackWoff(readFileSync(path)));
  const font = 'fonts' in opened ? opened.fonts[0] : opened;
  if (!font || font.unitsPerEm <= 0) throw new Error('This file holds no font.');
  return { name: path, isBold, font: keepCharacters(font), letterWidth: measureLetters(font) };
}

function measureLetters(font: Font): Face['letterWidth'] {
  const widths = new Map<string, number>();
  return (letter) => {
    const width = widths.get(letter) ?? font.glyphForCodePoint(letter.codePointAt(0)!).advanceWidth / font.unitsPerEm;
    widths.set(letter, width);
    return width;
  };
}

/** A glyph together with the characters that it stands for at one place; `id` numbers these pairs. */
interface DrawnGlyph {
  id: number;
  glyphId: number;
  advanceWidth: number;
  codePoints: number[];
}

/**
 * fontkit remembers for each glyph only the characters that it stood for first, so that copied text holds wrong letters wherever two
 * share a glyph, as the dotless shapes of Arabic do: here each pair of glyph and characters becomes a glyph of its own in the PDF.
 * It also takes the direction from the script, which turns Arabic digits around: here the caller says it.
 */
function keepCharacters(font: Font): Font {
  const layout = font.layout.bind(font);
  const drawn: DrawnGlyph[] = [];
  const ids = new Map<string, number>();
  const letters = new Map<string, Glyph>();
  return Object.assign(font, {
    getGlyph: keepGlyphs(font),
    layout(text: string, features?: string[]): GlyphRun {
      if (features?.includes('unic')) return placeLetters(text);
      const isFromRight = features?.includes('rtla') ?? false;
      const run = layout(text, [], undefined, undefined, isFromRight ? 'rtl' : 'ltr');
      run.glyphs = run.glyphs.map((glyph, place) => draw(glyph, run.positions[place]!.xAdvance, isFromRight));
      return run;
    },
    createSubset: keepSubsets(font, drawn),
  });

  function placeLetters(text: string): GlyphRun {
    const glyphs = Array.from(text, (letter) => letters.get(letter) ?? keepLetter(letter));
    const positions = glyphs.map(({ advanceWidth }) => ({
      xAdvance: advanceWidth,
      yAdvance: 0,
      xOffset: 0,
      yOffset: 0,
    }));
    return { glyphs, positions, advanceWidth: glyphs.reduce((sum, glyph) => sum + glyph.advanceWidth, 0) } as GlyphRun;
  }

  function keepLetter(letter: string): Glyph {
    const glyph = font.glyphForCodePoint(letter.codePointAt(0)!);
    const drawnGlyph = draw(glyph, glyph.advanceWidth, false);
    letters.set(letter, drawnGlyph);
    return drawnGlyph;
  }

  function draw({ id: glyphId, advanceWidth, codePoints: own }: Glyph, advance: number, isFromRight: boolean): Glyph {
    // A joiner is drawn as a space without width, and the dots of a letter stand for no character: neither may be copied as another one.
    const isUnseen = own.length === 0 || (advance === 0 && own[0] === 0x20);
    // Who turns a line around that is written from the right turns the letters of a ligature around with it.
    const codePoints = isUnseen ? [0x200c] : isFromRight ? own.toReversed() : own;
    const key = `${glyphId}/${codePoints}`;
    const id = ids.get(key) ?? drawn.push({ id: drawn.length, glyphId, advanceWidth, codePoints }) - 1;
    ids.set(key, id);
    return drawn[id] as unknown as Glyph;
  }
}

function keepGlyphs(font: Font): Font['getGlyph'] {
  const getGlyph = font.getGlyph.bind(font);
  const kept = new Map<string, Glyph>();
  return (id, codePoints = []) => {
    const key = `${id}/${codePoints}`;
    const glyph: Glyph = kept.get(key) ?? Object.assign(Object.create(getGlyph(id)), { codePoints });
    kept.set(key, glyph);
    return glyph;
  };
}

function keepSubsets(font: Font, drawn: DrawnGlyph[]): () => unknown {
  const createSubset = font.createSubset.bind(font);
  return () => {
    const subset = createSubset() as unknown as { glyphs: number[]; includeGlyph: (id: number) => number };
    const places = new Map<number, number>();
    const includePart = subset.includeGlyph.bind(subset);
    const encode = (subset as unknown as { encode: () => Uint8Array }).encode.bind(subset);
    return Object.assign(subset, {
      includeGlyph(id: number): number {
        const place = places.get(id) ?? subset.glyphs.push(drawn[id]!.glyphId) - 1;
        places.set(id, place);
        return place;
      },
      encode(): Uint8Array {
        // From here on the parts of composed glyphs are asked for, by the numbers of the font.
        subset.includeGlyph = includePart;
        return encode();
      },
    });
  };
}
