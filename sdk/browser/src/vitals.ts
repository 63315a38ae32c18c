import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';
import { describePage, type Fields, type Properties } from './event.js';

/**
 * Counts performance as events `web_vitals` such as `{"lcp":1280.5,"rating":"good"}`: `lcp`, `inp`, `fcp` and `ttfb` in
 * milliseconds, `cls` as a score. All belong to the page that was loaded, even if an application has navigated since. Call it
 * once, with the function that counts events.
 */
export function countVitals(track: (name: string, properties: Properties, fields: Fields) => void): void {
  const { path } = describePage();
  for (const watch of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
    watch(({ name, value, rating }) =>
      track('web_vitals', { [name.toLowerCase()]: Math.round(value * 1000) / 1000, rating }, { path }),
    );
  }
}
