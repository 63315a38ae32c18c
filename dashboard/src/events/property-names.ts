/** Property names of an event type, taken from the first events of the range: the API has no list of them. */
import { sendJson } from '../api.ts';
import { scope } from '../scope.ts';
import { session } from '../session.ts';

const eventsLookedAt = 100;

interface Rows {
  columns: { name: string }[];
  rows: { properties: Record<string, unknown> | null }[];
}

/** Empty where single events are not accessible, as behind a shared link. @throws ApiError */
export async function propertyNames(event: string, signal: AbortSignal): Promise<string[]> {
  if (!scope.value || session.value?.auth === 'share') return [];
  const { site_id, date_range, timezone } = scope.value;
  const parameters = new URLSearchParams({
    ...{ site_id, page_size: String(eventsLookedAt), filters: JSON.stringify(['is', 'event_type', [event]]) },
    ...{ date_range: String(date_range), ...(timezone && { timezone }) },
  });
  const { rows } = await sendJson<Rows>(`/datasets/events/rows?${parameters}`, { signal });
  const names = rows.flatMap(({ properties }) => Object.keys(properties ?? {}));
  return [...new Set(names)].toSorted();
}
