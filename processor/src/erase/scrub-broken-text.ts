/** Turns text that is no valid JSON into what is left of it without the pieces that name a user. */

/** Whose events go. */
export interface ErasedUser {
  siteId: string;
  /** Absent: whoever did something on the site. */
  userId?: string;
}

export interface ScrubbedText {
  /** Null when nothing is left; the very same text when nothing was found. */
  text: string | null;
  /** How many events went. */
  erased: number;
}

/** Where an object ends and the next one begins, in an array or line by line; the separator stays with the latter. */
const betweenObjects = /(?<=\})(?=\s*(?:,\s*)?\{)/;
const separator = /^\s*(?:,\s*)?/;

/** A field of an event with its value, a string or whatever else stands there. */
const fieldPatterns = {
  site_id: /"site_id"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}\]]+)/g,
  user_id: /"user_id"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}\]]+)/g,
};

/** Cuts where one event ends and another begins. In doubt a piece goes: nobody could have stored it anyway. */
export function scrubBrokenText(text: string, { siteId, userId }: ErasedUser): ScrubbedText {
  if (!text.includes(userId === undefined ? 'site_id' : 'user_id')) return { text, erased: 0 };
  const pieces = text.split(betweenObjects).reduce<string[]>(joinToEvents, []);
  const left = pieces.filter((piece) => !(names(piece, 'site_id', siteId) && isOfUser(piece, userId)));
  const erased = pieces.length - left.length;
  if (erased === 0) return { text, erased };
  return { text: left.length === 0 ? null : left.join('').replace(separator, ''), erased };
}

const isOfUser = (piece: string, userId: string | undefined) => userId === undefined || names(piece, 'user_id', userId);

/** A piece without a site is a part of the event before it: an object among its properties. */
function joinToEvents(events: string[], piece: string): string[] {
  if (events.length > 0 && !piece.includes('site_id')) events[events.length - 1] += piece;
  else events.push(piece);
  return events;
}

/** JSON within a string has a backslash before each quote, hence the second look. */
function names(piece: string, field: keyof typeof fieldPatterns, wanted: string): boolean {
  const texts = [piece, piece.replace(/\\(.)/g, '$1')];
  return texts.some((text) => [...text.matchAll(fieldPatterns[field])].some(([, value]) => plain(value!) === wanted));
}

function plain(value: string): string {
  try {
    return String(JSON.parse(value));
  } catch {
    return value.replaceAll('"', '');
  }
}
