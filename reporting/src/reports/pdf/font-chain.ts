/** The fonts of a report in the order in which they are asked for a character: our own, then those of a folder that the owner names. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@millrace/shared/platform/logger';
import { type Face, openFace } from './open-face.js';

export interface FontChain {
  /** The first face that has all of these characters; a bold one first where it is asked for. */
  faceFor(characters: string, isBold: boolean): Face | undefined;
}

interface FontFile {
  path: string;
  isBold: boolean;
  /** Undefined until a character is looked for in it, null when it cannot be used. */
  face?: Face | null;
}

const ownFolder = fileURLToPath(new URL('../../../fonts/', import.meta.url));
/** Fonts are read once in a process: opening them takes longer than the pages of a report. */
const chains = new Map<string, FontChain>();
const maxRemembered = 50_000;
const boldName = /(700|\bbold)\b/i;
const oddName = /italic|oblique|\b[1235689]00\b|thin|light|medium|semi-?bold|extra|black|heavy|condensed|mono/i;

/** The chain of our fonts and those in `fontDir`; files in there are opened when a character is in none before them. */
export function openFontChain(fontDir: string | undefined, logger: Logger): FontChain {
  const chain = chains.get(fontDir ?? '') ?? createChain(fontDir, logger);
  chains.set(fontDir ?? '', chain);
  return chain;
}

function createChain(fontDir: string | undefined, logger: Logger): FontChain {
  const files = [...listFonts(ownFolder, logger), ...(fontDir ? listFonts(fontDir, logger) : [])];
  const regular = files.filter((file) => !file.isBold);
  const bold = [...files.filter((file) => file.isBold), ...regular];
  const remembered = new Map<string, Face | undefined>();
  return {
    faceFor(characters, isBold) {
      const key = `${isBold}${characters}`;
      if (remembered.has(key)) return remembered.get(key);
      if (remembered.size >= maxRemembered) remembered.clear();
      const face = findFace(isBold ? bold : regular, characters, logger);
      remembered.set(key, face);
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
    logger.warn({ err: error, path }, 'font file skipped: it cannot be read');
    return null;
  }
}

/** Fonts by name; slanted, thin and heavy faces, of which many a folder is full, only where there are no plain ones. */
function listFonts(folder: string, logger: Logger): FontFile[] {
  try {
    // Not woff2: the glyphs of its compressed tables cannot be copied into a PDF.
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(woff|ttf|otf|ttc)$/i.test(name),
    );
    const plain = names.filter((name) => !oddName.test(name));
    const chosen = plain.length > 0 ? plain : names;
    return chosen.sort().map((name) => ({ path: join(folder, name), isBold: boldName.test(name) }));
  } catch (error) {
    // Of a folder that the owner names the worker has said so when it started.
    logger.warn({ code: (error as NodeJS.ErrnoException).code, folder }, 'folder of fonts skipped: it cannot be read');
    return [];
  }
}
