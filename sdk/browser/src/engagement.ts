import type { Emit, Fields } from './event.js';
import { minEngagedMs, reportEveryMs } from './limits.js';
import { on } from './safely.js';

/** Measures engaged time and scroll depth. Returns a function that starts a page and one that reports on it. */
export function createEngagement(emit: Emit) {
  let page: Fields | undefined;
  let engagedMs = 0;
  let activeSince = 0;
  /** In pixels from the top of the page to the lower edge of the window: the maximum so far, and the maximum last reported. */
  let deepest = 0;
  let reported = 0;

  const measureDepth = (): void => {
    deepest = Math.max(deepest, scrollY + innerHeight);
  };
  const percent = (depth: number): number =>
    Math.min(100, Math.round((100 * depth) / document.documentElement.scrollHeight));

  const measureTime = (): void => {
    const now = performance.now();
    // Excludes the time in which the computer slept.
    if (activeSince) engagedMs += Math.min(now - activeSince, reportEveryMs);
    activeSince = document.hasFocus() && !document.hidden ? now : 0;
  };

  /** Reports what is new since the last report, if it is worth an event; otherwise it is kept for the next one. */
  const report = (): void => {
    measureTime();
    if (page && (engagedMs > minEngagedMs || percent(deepest) > percent(reported))) {
      emit('engagement', { engaged_ms: Math.round(engagedMs), scroll_percent: percent(deepest) }, page);
      engagedMs = 0;
      reported = deepest;
    }
  };

  /** Starts another page; `fields` go into its events. */
  const start = (fields: Fields): void => {
    measureTime();
    page = fields;
    engagedMs = deepest = 0;
    measureDepth();
    reported = deepest;
  };

  on('focus blur visibilitychange', measureTime);
  on('scroll', measureDepth);
  setInterval(report, reportEveryMs);
  return [start, report] as const;
}
