/** What names of figures mean: in the words of the API, which are those of its documentation. */
import { signal } from '@preact/signals';

export interface Definitions {
  metrics: Record<string, string>;
  dimensions: Record<string, string>;
  /** Values of `bot` that are crawlers of AI services. */
  ai_crawlers: string[];
}

/** Undefined until somebody asks for the first time, see load-definitions.ts. */
export const definitions = signal<Definitions | undefined>(undefined);
