/** Opens font files in a way that lets text be copied out of the PDF correctly. */
import { readFileSync } from 'node:fs';
import { create, type Font, type Glyph, type GlyphRun } from 'fontkit';
import { unpackWoff } from './unpack-woff.js';

export interface Face {
  /** Unique in the process. */
  name: string;
  isBold: boolean;
  font: Font;
  /** Width of an unshaped letter, in multiples of the font size. */
  letterWidth(letter: string): number;
}

/** The features of right-to-left runs. All others are laid out from left to right. */
export const rightToLeft: ['rtla'] = ['rtla'];
/** The features of small plain text: no kerning, which is invisible there, and a tenth of the time. */
export const unshaped: ['unic'] = ['unic'];

/** @throws Error if the file is not a font. */
export function openFace(path: string, isBold: boolean): Face {
  const opened = create(unpackWoff(readFileSync(path)));
  const font = 'fonts' in opened ? opened.fonts[0] : opened;
  if (!font || font.unitsPerEm <= 0) throw new Error('The file does not contain a font.');
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

/** A glyph with the characters it represents at one place. `id` numbers these pairs. */
interface DrawnGlyph {
  id: number;
  glyphId: number;
  advanceWidth: number;
  codePoints: number[];
}

/**
 * Works around two problems of fontkit. It remembers only the first characters of each glyph, so copied text has wrong letters if several
 * characters share a glyph, like the dotless shapes of Arabic; here each pair of glyph and characters is a separate glyph in the PDF. And
 * it derives the direction from the script, which reverses Arabic digits; here the caller sets it.
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
    // Joiners are drawn as zero-width spaces, and the dots of a letter are separate glyphs: neither must be copied as a character.
    const isUnseen = own.length === 0 || (advance === 0 && own[0] === 0x20);
    // Readers reverse right-to-left lines, including the letters of a ligature.
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
        // While encoding, the parts of composed glyphs are requested by the ids of the font.
        subset.includeGlyph = includePart;
        return encode();
      },
    });
  };
}
