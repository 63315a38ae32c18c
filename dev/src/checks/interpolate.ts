/** The end of the expression that begins at `from`. */
function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('${', at)) depth += 1;
    else if (text[at] === '}') depth -= 1;
    if (depth === 0 && text[at] === '}') return at;
  }
  throw new Error(`"${text.slice(from)}" has no end`);
}

/** `NAME`, `NAME:-default`, `NAME:+other` or `NAME:?message`. Without the colon, an empty value counts as set. */
function valueIn(expression: string, env: Record<string, string>): string {
  const [, name, colon, sign, other = ''] = /^(\w+)(?:(:?)([-+?])([\s\S]*))?$/.exec(expression) ?? [];
  if (name === undefined) throw new Error(`"\${${expression}}" is not a variable`);
  const value = env[name];
  const isSet = colon === ':' ? Boolean(value) : value !== undefined;
  if (sign === '+') return isSet ? interpolate(other, env) : '';
  if (sign === '-' && !isSet) return interpolate(other, env);
  if (sign === '?' && !isSet) throw new Error(`${name} is not set: ${other}`);
  return value ?? '';
}

/**
 * Fills in variables like Compose, including nested defaults.
 * @throws Error for a required variable that is not set, or an invalid expression
 */
export function interpolate(text: string, env: Record<string, string>): string {
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith('${', at)) {
      const end = closingBrace(text, at);
      result += valueIn(text.slice(at + 2, end), env);
      at = end;
    } else result += text[at];
  }
  return result;
}
