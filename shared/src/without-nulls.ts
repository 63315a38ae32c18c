/** Many clients send null for a field that they do not have. */
import { allColumns } from './event-columns.js';

const found = allColumns.filter(({ name, isRequired }) => !isRequired || name === 'timestamp' || name === 'event_id');
const optionalFields = new Set([...found.map(({ name }) => name), 'sent_at', 'context']);

/** The same event without optional fields that are null: they count as absent. The input itself stays as it is. */
export function withoutNulls(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  const fields = Object.entries(input);
  const kept = fields.filter(([field, value]) => value !== null || !optionalFields.has(field));
  return kept.length === fields.length ? input : Object.fromEntries(kept);
}
