/** Serializes untrusted JSON values without recursion: JSON.stringify overflows the stack on deeply nested ones. */

/** A pending value, or the text between values. */
type Piece = { value: unknown } | { text: string };

/** The text of a scalar, or the parts of a list or object in order. */
function piecesOf(value: unknown): string | Piece[] {
  // JSON.parse reads numbers beyond the range of a double as infinite, which JSON.stringify would turn into null.
  if (typeof value === 'number' && !Number.isFinite(value) && !Number.isNaN(value))
    return value > 0 ? '1e999' : '-1e999';
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item): Piece[] => [{ value: item }])
    : Object.entries(value).map(([name, item]): Piece[] => [{ text: `${JSON.stringify(name)}:` }, { value: item }]);
  const between = parts.flatMap((part, index) => (index === 0 ? part : [{ text: ',' }, ...part]));
  return [{ text: isList ? '[' : '{' }, ...between, { text: isList ? ']' : '}' }];
}

export function writeJson(value: unknown): string {
  const written: string[] = [];
  const open: Piece[] = [{ value }];
  for (let piece = open.pop(); piece !== undefined; piece = open.pop()) {
    if ('text' in piece) {
      written.push(piece.text);
      continue;
    }
    const pieces = piecesOf(piece.value);
    if (typeof pieces === 'string') written.push(pieces);
    else for (let index = pieces.length - 1; index >= 0; index -= 1) open.push(pieces[index]!);
  }
  return written.join('');
}
