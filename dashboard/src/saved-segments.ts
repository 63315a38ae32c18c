/** Segments that were saved for the site. */
import { signal } from '@preact/signals';

export interface SavedSegment {
  id: string;
  name: string;
  definition: { filters: unknown[] };
}

/** Undefined until they are known. */
export const savedSegments = signal<SavedSegment[] | undefined>(undefined);
