/** JSON as Postgres' `->>` gives it: the text of a string, null for null, of anything else the JSON. */
export function plainText(json: string): string | null {
  if (json.startsWith('"')) return JSON.parse(json) as string;
  return json === 'null' ? null : json;
}
