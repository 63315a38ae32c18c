/** JSON of values that came from outside: JSON.stringify calls itself for each level, and runs out of stack in a deep one. */

/** What is still to be written: a value, or text that stands between values. */
type Piece = { value: unknown } | { text: string };

/** The value's own text, or its parts in order. */
function piecesOf(value: unknown): string | Piece[] {
  // JSON.parse reads a number beyond the range of a double as infinite; as null it would be another value.
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

/** Writes what JSON.parse has made, without recursion. */
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
