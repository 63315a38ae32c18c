/** SQL statements in source text: strings that open with a comment naming their owner. */

export interface Statement {
  /** What the comment says, such as `reporting.topPaths`. */
  owner: string;
  /** Without comments, in lower case as we write it; what is filled in stands as `${...}`. */
  text: string;
  /** Where it begins in the source. */
  index: number;
}

const opening = /(['"`])\/\*\s*([a-z]+\.[A-Za-z0-9]+)\s*\*\//g;

/** Where the string that `quote` opened ends; a template may hold expressions with strings of their own. */
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

/** Every statement of a file, in order. */
export function statementsOf(source: string): Statement[] {
  return [...source.matchAll(opening)].map(({ index, 0: match, 1: quote, 2: owner }) => {
    const from = index + match.length;
    const text = source.slice(from, endOfString(source, from, quote!)).replace(/--.*$/gm, '');
    return { owner: owner!, text, index };
  });
}
