/** Turns the payload of a letter and the event that replaces it into the names of the fields that differ. */
import type { Event } from '@millrace/shared/event';
import { parseExactJson, stringifyExactJson } from '@millrace/shared/exact-json';

function parse(text: string): Record<string, unknown> {
  try {
    return Object(parseExactJson(text));
  } catch {
    return {};
  }
}

/** Names only: the values are a user's, and the audit log outlives the user. */
export function changedFields(before: string, after: Event): string[] {
  const old = parse(before);
  return Object.entries(after)
    .filter(([field, value]) => stringifyExactJson(old[field]) !== stringifyExactJson(value))
    .map(([field]) => field);
}
