/** Adds what happened, and deletes it. */
import { sendJson } from '../api.ts';
import { type Annotation, addressOf, annotationChanges } from './annotations.ts';

type NewAnnotation = Omit<Annotation, 'id'>;

/** @throws ApiError */
export async function addAnnotation(site: string, annotation: NewAnnotation): Promise<void> {
  await sendJson(addressOf(site), { method: 'POST', body: annotation });
  annotationChanges.value += 1;
}

/** @throws ApiError */
export async function deleteAnnotation(site: string, id: string): Promise<void> {
  await sendJson(addressOf(site, `/${encodeURIComponent(id)}`), { method: 'DELETE' });
  annotationChanges.value += 1;
}
