/** Works like Postgres' `->>`: the text of a string, null for null, otherwise the JSON. */
export function plainText(json: string): string | null {
  if (json.startsWith('"')) return JSON.parse(json) as string;
  return json === 'null' ? null : json;
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/**
 * The members of a JSON object, each as its original text, because parsing would round long numbers. Empty for JSON that is not an
 * object.
 */
export function jsonMembers(json: string): Map<string, string> {
  const members = new Map<string, string>();
  if (!json.trimStart().startsWith('{')) return members;
  let depth = 0;
  let key: string | undefined;
  let from = -1;
  let to = -1;
  for (const { 0: text, index } of json.matchAll(token)) {
    if (text === '}' || text === ']') depth--;
    if (key !== undefined && ((depth === 1 && text === ',') || depth === 0)) {
      members.set(key, json.slice(from, to));
      key = undefined;
      from = -1;
    } else if (depth === 1 && key === undefined && text.startsWith('"')) {
      key = JSON.parse(text) as string;
    } else if (key !== undefined && (from !== -1 || text !== ':')) {
      if (from === -1) from = index;
      to = index + text.length;
    }
    if (text === '{' || text === '[') depth++;
  }
  return members;
}
