/** Many clients send null for a field that they do not have, and pages an empty text, for instance as the title of a page without one. */
import { allColumns, contextColumns } from './event-columns.js';

const found = allColumns.filter(({ name, isRequired }) => !isRequired || name === 'timestamp' || name === 'event_id');
const optionalFields = new Set([...found.map(({ name }) => name), 'sent_at', 'context']);
const aboutVisitorOrPage = new Set<string>(contextColumns);

const isAbsent = (field: string, value: unknown): boolean =>
  value === null ? optionalFields.has(field) : value === '' && aboutVisitorOrPage.has(field);

/** The same event without optional fields that are null, and without what it says of visitor and page where that is empty. The input stays as it is. */
export function withoutAbsentFields(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  const fields = Object.entries(input);
  const kept = fields.filter(([field, value]) => !isAbsent(field, value));
  return kept.length === fields.length ? input : Object.fromEntries(kept);
}
