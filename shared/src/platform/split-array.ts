/** Splits the text of a JSON array into the texts of its elements, without parsing or changing them. */

const space = /[ \t\n\r]/;

/**
 * Looks only at brackets and strings, without recursion: no nesting is too deep, and no number loses a digit. The database checks
 * whether the elements are valid. Undefined if the text is not an array.
 */
export function splitArray(text: string): string[] | undefined {
  const open = skipSpace(text, 0);
  if (text[open] !== '[') return undefined;
  const elements: string[] = [];
  for (let from = open + 1; ; ) {
    const end = endOfElement(text, from);
    if (end === undefined) return undefined;
    const element = text.slice(from, end).trim();
    const isLast = text[end] === ']';
    if (element !== '') elements.push(element);
    else if (!isLast || elements.length > 0) return undefined;
    if (isLast) return skipSpace(text, end + 1) === text.length ? elements : undefined;
    from = end + 1;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && space.test(text[at]!)) at += 1;
  return at;
}

/** Position of the comma or bracket after the element; undefined if the text ends first. */
function endOfElement(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if (sign === '[' || sign === '{') depth += 1;
    else if (depth === 0 && (sign === ',' || sign === ']')) return at;
    else if (sign === ']' || sign === '}') depth -= 1;
    if (depth < 0) return undefined;
  }
  return undefined;
}

/** Position of the closing quote of the string that begins at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
