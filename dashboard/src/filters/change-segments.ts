/** Saves, renames and deletes segments. */
import { sendJson } from '../api.ts';
import { type SavedSegment, savedSegments, savedViewsPath } from '../saved-segments.ts';

const byName = (all: SavedSegment[]) => all.toSorted((a, b) => a.name.localeCompare(b.name));

const addressOf = (siteId: string, id: string) => `${savedViewsPath(siteId)}/${encodeURIComponent(id)}`;

/** @throws ApiError */
export async function saveSegment(siteId: string, name: string, filters: unknown[]): Promise<SavedSegment> {
  const body = { kind: 'segment', name, definition: { filters } };
  const saved = await sendJson<SavedSegment>(savedViewsPath(siteId), { method: 'POST', body });
  savedSegments.value = byName([...(savedSegments.value ?? []), saved]);
  return saved;
}

/** @throws ApiError */
export async function renameSegment(siteId: string, { id, definition }: SavedSegment, name: string): Promise<void> {
  const body = { kind: 'segment', name, definition };
  await sendJson(addressOf(siteId, id), { method: 'PUT', body });
  const others = (savedSegments.value ?? []).filter((each) => each.id !== id);
  savedSegments.value = byName([...others, { id, name, definition }]);
}

/** @throws ApiError */
export async function deleteSegment(siteId: string, id: string): Promise<void> {
  await sendJson(addressOf(siteId, id), { method: 'DELETE' });
  savedSegments.value = savedSegments.value?.filter((each) => each.id !== id);
}
