/** The fonts of a PDF in order of preference: the built-in ones, then those in `REPORT_FONT_DIR`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@millrace/shared/platform/logger';
import { type Face, openFace } from './open-face.js';

export interface FontChain {
  /** The first face that has all of these characters, preferably a bold one if `isBold`. */
  faceFor(characters: string, isBold: boolean): Face | undefined;
}

interface FontFile {
  path: string;
  isBold: boolean;
  /** Undefined until first needed, null if it cannot be used. */
  face?: Face | null;
}

const ownFolder = fileURLToPath(new URL('../../../fonts/', import.meta.url));
/** One per folder for the life of the process: opening fonts takes longer than writing a report. */
const chains = new Map<string, FontChain>();
const maxCached = 50_000;
const boldName = /(700|\bbold)\b/i;
const oddName = /italic|oblique|\b[1235689]00\b|thin|light|medium|semi-?bold|extra|black|heavy|condensed|mono/i;

/** The built-in fonts followed by those in `fontDir`. A file is opened only if no earlier font has a character. */
export function openFontChain(fontDir: string | undefined, logger: Logger): FontChain {
  const chain = chains.get(fontDir ?? '') ?? createChain(fontDir, logger);
  chains.set(fontDir ?? '', chain);
  return chain;
}

function createChain(fontDir: string | undefined, logger: Logger): FontChain {
  const files = [...listFonts(ownFolder, logger), ...(fontDir ? listFonts(fontDir, logger) : [])];
  const regular = files.filter((file) => !file.isBold);
  const bold = [...files.filter((file) => file.isBold), ...regular];
  const cache = new Map<string, Face | undefined>();
  return {
    faceFor(characters, isBold) {
      const key = `${isBold}${characters}`;
      if (cache.has(key)) return cache.get(key);
      if (cache.size >= maxCached) cache.clear();
      const face = findFace(isBold ? bold : regular, characters, logger);
      cache.set(key, face);
      return face;
    },
  };
}

function findFace(files: FontFile[], characters: string, logger: Logger): Face | undefined {
  const codePoints = Array.from(characters, (character) => character.codePointAt(0)!);
  for (const file of files) {
    if (file.face === undefined) file.face = tryOpening(file, logger);
    const { face } = file;
    if (face && codePoints.every((codePoint) => face.font.hasGlyphForCodePoint(codePoint))) return face;
  }
  return undefined;
}

function tryOpening({ path, isBold }: FontFile, logger: Logger): Face | null {
  try {
    return openFace(path, isBold);
  } catch (error) {
    logger.warn({ err: error, path }, 'skipped a font file that cannot be read');
    return null;
  }
}

/** Sorted by name. Slanted, thin and heavy faces are used only if there are no plain ones. */
function listFonts(folder: string, logger: Logger): FontFile[] {
  try {
    // Without woff2: glyphs of its compressed tables cannot be copied into a PDF.
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(woff|ttf|otf|ttc)$/i.test(name),
    );
    const plain = names.filter((name) => !oddName.test(name));
    const chosen = plain.length > 0 ? plain : names;
    return chosen.sort().map((name) => ({ path: join(folder, name), isBold: boldName.test(name) }));
  } catch (error) {
    // For REPORT_FONT_DIR the worker has already logged a warning at its start.
    logger.warn({ code: (error as NodeJS.ErrnoException).code, folder }, 'skipped a font folder that cannot be read');
    return [];
  }
}
