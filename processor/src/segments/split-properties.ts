/** Splits the properties of an event, as Postgres prints them, without parsing the JSON. */

/** A byte range of a name or text. */
export interface Piece {
  bytes: Buffer;
  start: number;
  end: number;
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The offset after the closing quote of the string at `start`. */
function endOfString(json: Buffer, start: number): number {
  let at = start + 1;
  for (; json[at] !== quote; at += 1) if (json[at] === backslash) at += 1;
  return at + 1;
}

function endOfValue(json: Buffer, start: number): number {
  if (json[start] === quote) return endOfString(json, start);
  let depth = 0;
  for (let at = start; ; at += 1) {
    const byte = json[at];
    if (byte === quote) at = endOfString(json, at) - 1;
    else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) depth -= 1;
    if (depth < 0 || (depth === 0 && byte === comma)) return at;
  }
}

const isNull = (json: Buffer, start: number, end: number) =>
  end - start === 4 && json[start] === 0x6e && json[start + 1] === 0x75;

/** Points `piece` at the text of a string, or at the token itself. */
function readToken(piece: Piece, json: Buffer, start: number, end: number): void {
  piece.bytes = json;
  piece.start = start;
  piece.end = end;
  if (json[start] !== quote) return;
  piece.start += 1;
  piece.end -= 1;
  for (let at = piece.start; at < piece.end; at += 1) {
    if (json[at] !== backslash) continue;
    piece.bytes = Buffer.from(JSON.parse(json.toString('utf8', start, end)) as string);
    piece.start = 0;
    piece.end = piece.bytes.length;
    return;
  }
}

const emptyPiece = (): Piece => ({ bytes: Buffer.alloc(0), start: 0, end: 0 });

/**
 * Calls `found` with name and text of every property of the jsonb object at `start`. The text is that of `->>`: numbers keep all
 * digits, lists and objects are JSON. Null properties are skipped. The pieces are reused and only valid during the call.
 */
export function createSplitter(found: (name: Piece, text: Piece) => void): (json: Buffer, start: number) => void {
  const [name, text] = [emptyPiece(), emptyPiece()];
  return (json, start) => {
    for (let at = start + 1; json[at] === quote; at += 2) {
      const nameEnd = endOfString(json, at);
      const valueStart = nameEnd + 2;
      const valueEnd = endOfValue(json, valueStart);
      if (!isNull(json, valueStart, valueEnd)) {
        readToken(name, json, at, nameEnd);
        readToken(text, json, valueStart, valueEnd);
        found(name, text);
      }
      at = valueEnd;
    }
  };
}
