import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';
import type { Properties } from './event.js';

/**
 * Counts how fast the page is for its visitors as events `web_vitals` such as `{"lcp":1280.5,"rating":"good"}`: `lcp`, `inp`,
 * `fcp` and `ttfb` in milliseconds, `cls` a score. To be called once, with the function that counts events.
 */
export function countVitals(track: (name: string, properties: Properties) => void): void {
  for (const watch of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
    watch(({ name, value, rating }) =>
      track('web_vitals', { [name.toLowerCase()]: Math.round(value * 1000) / 1000, rating }),
    );
  }
}
