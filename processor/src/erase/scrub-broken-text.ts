/** Removes the pieces that name a user from text that is not valid JSON. */

export interface ErasedUser {
  siteId: string;
  /** Absent for all users of the site. */
  userId?: string;
}

export interface ScrubbedText {
  /** Null if nothing is left; unchanged if nothing was found. */
  text: string | null;
  /** Number of events removed. */
  erased: number;
}

/** Between two objects of an array or of JSON lines; the separator stays with the second. */
const betweenObjects = /(?<=\})(?=\s*(?:,\s*)?\{)/;
const separator = /^\s*(?:,\s*)?/;

/** A field of an event with its value, which may be anything. */
const fieldPatterns = {
  site_id: /"site_id"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}\]]+)/g,
  user_id: /"user_id"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}\]]+)/g,
};

/** Splits the text between events. When in doubt a piece is removed; it could not have been stored anyway. */
export function scrubBrokenText(text: string, { siteId, userId }: ErasedUser): ScrubbedText {
  if (!text.includes(userId === undefined ? 'site_id' : 'user_id')) return { text, erased: 0 };
  const pieces = text.split(betweenObjects).reduce<string[]>(joinNested, []);
  const left = pieces.filter((piece) => !(hasField(piece, 'site_id', siteId) && isOfUser(piece, userId)));
  const erased = pieces.length - left.length;
  if (erased === 0) return { text, erased };
  return { text: left.length === 0 ? null : left.join('').replace(separator, ''), erased };
}

const isOfUser = (piece: string, userId: string | undefined) =>
  userId === undefined || hasField(piece, 'user_id', userId);

/** A piece without a site is a nested object of the event before it. */
function joinNested(events: string[], piece: string): string[] {
  if (events.length > 0 && !piece.includes('site_id')) events[events.length - 1] += piece;
  else events.push(piece);
  return events;
}

/** Also tries the text without backslashes, as JSON in a string escapes its quotes. */
function hasField(piece: string, field: keyof typeof fieldPatterns, expected: string): boolean {
  const texts = [piece, piece.replace(/\\(.)/g, '$1')];
  return texts.some((text) =>
    [...text.matchAll(fieldPatterns[field])].some(([, value]) => unquote(value!) === expected),
  );
}

function unquote(value: string): string {
  try {
    return String(JSON.parse(value));
  } catch {
    return value.replaceAll('"', '');
  }
}
