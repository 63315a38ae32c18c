/** What metrics and dimensions mean, in the words of the API. */
import { signal } from '@preact/signals';

export interface Definitions {
  metrics: Record<string, string>;
  dimensions: Record<string, string>;
  /** Values of `bot` that are crawlers of AI services. */
  ai_crawlers: string[];
}

/** Undefined until first needed, see load-definitions.ts. */
export const definitions = signal<Definitions | undefined>(undefined);
