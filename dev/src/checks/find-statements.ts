export interface Statement {
  /** From the comment, such as `reporting.topPaths`. */
  owner: string;
  /** Without comments; interpolated parts stay as `${...}`. */
  text: string;
  /** Its index in the source. */
  index: number;
}

const opening = /(['"`])\/\*\s*([a-z]+\.[A-Za-z0-9]+)\s*\*\//g;

/** The end of the string that `quote` opened. A template can contain expressions with strings in them. */
function endOfString(source: string, from: number, quote: string): number {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (quote === '`' && source.startsWith('${', at)) depth += 1;
    else if (depth > 0 && source[at] === '}') depth -= 1;
    else if (depth === 0 && source[at] === quote) return at;
  }
  return source.length;
}

/** SQL statements of a file, in order: strings that open with a comment naming their owner. */
export function statementsOf(source: string): Statement[] {
  return [...source.matchAll(opening)].map(({ index, 0: match, 1: quote, 2: owner }) => {
    const from = index + match.length;
    const text = source.slice(from, endOfString(source, from, quote!)).replace(/--.*$/gm, '');
    return { owner: owner!, text, index };
  });
}
