/** Which fields of a letter a correction changes. */
import type { Event } from '@millrace/shared/contract/event-columns';
import { parseExactJson, stringifyExactJson } from '@millrace/shared/platform/exact-json';

function parse(text: string): Record<string, unknown> {
  try {
    return Object(parseExactJson(text));
  } catch {
    return {};
  }
}

/** What is too deep to be compared differs from an event, which is not. */
function isSame(before: unknown, after: unknown): boolean {
  try {
    return before !== undefined && stringifyExactJson(before) === stringifyExactJson(after);
  } catch {
    return false;
  }
}

/** Names only: the values are a user's, and the audit log outlives the user. */
export function changedFields(before: string, after: Event): string[] {
  const old = parse(before);
  return Object.entries(after)
    .filter(([field, value]) => !isSame(old[field], value))
    .map(([field]) => field);
}
