/** Text of a JSON array, split into the texts of its elements: what they say is neither read nor changed on the way. */

const space = /[ \t\n\r]/;

/**
 * Looks at brackets and strings only, without recursion, so that no depth is too great and no number loses a digit; whether an
 * element is valid is for the database to say. Undefined for text that is not one array with its elements side by side.
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

/** Where the comma or bracket stands that ends the element; undefined when the text ends before. */
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

/** Where the string that begins at `from` has its closing quote. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
