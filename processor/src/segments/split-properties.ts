/** The properties of an event, as Postgres prints them, one by one. */

/** Where the string that begins at `start` ends, behind its closing quote. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); ; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function endOfValue(json: string, start: number): number {
  if (json[start] === '"') return endOfString(json, start);
  let depth = 0;
  for (let at = start; ; at += 1) {
    const char = json[at];
    if (char === '"') at = endOfString(json, at) - 1;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth < 0 || (depth === 0 && char === ',')) return at;
  }
}

function textOf(token: string): string {
  if (token[0] !== '"') return token;
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}

/**
 * Tells name and text of every property in `json`, the text of a jsonb object: what `->>` gives, so that numbers keep all their
 * digits, and lists and objects are their JSON. Those that are null are left out.
 */
export function splitProperties(json: string, found: (name: string, text: string) => void): void {
  for (let at = 1; json[at] === '"'; at += 2) {
    const nameEnd = endOfString(json, at);
    const name = textOf(json.slice(at, nameEnd));
    const start = nameEnd + 2;
    at = endOfValue(json, start);
    const token = json.slice(start, at);
    if (token !== 'null') found(name, textOf(token));
  }
}
