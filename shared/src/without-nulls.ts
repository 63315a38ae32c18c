/** Many clients send null for a field that they do not have. */

const optionalFields: readonly string[] = [
  ...['user_id', 'session_id', 'profile_id', 'timestamp', 'sent_at', 'event_id', 'referrer', 'properties'],
];

/** The same event without optional fields that are null: they count as absent. The input itself stays as it is. */
export function withoutNulls(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  const fields = input as Record<string, unknown>;
  if (!optionalFields.some((field) => fields[field] === null)) return input;
  return Object.fromEntries(
    Object.entries(fields).filter(([field, value]) => value !== null || !optionalFields.includes(field)),
  );
}
