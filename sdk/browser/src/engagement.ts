import type { Emit, Fields } from './event.js';
import { minEngagedMs, reportEveryMs } from './limits.js';
import { on } from './safely.js';

/** Measures how long a page is looked at, and how far down. Returns what begins with a page, and what tells of it. */
export function createEngagement(emit: Emit) {
  let page: Fields | undefined;
  let engagedMs = 0;
  let activeSince = 0;
  /** Lower edge of the window in pixels from the top of the page: the deepest so far, and the deepest that was reported. */
  let deepest = 0;
  let reported = 0;

  const measureDepth = (): void => {
    deepest = Math.max(deepest, scrollY + innerHeight);
  };
  const percent = (depth: number): number =>
    Math.min(100, Math.round((100 * depth) / document.documentElement.scrollHeight));

  const measureTime = (): void => {
    const now = performance.now();
    // Nobody looked while the computer slept.
    if (activeSince) engagedMs += Math.min(now - activeSince, reportEveryMs);
    activeSince = document.hasFocus() && !document.hidden ? now : 0;
  };

  /** Tells what has come since the last report, where that is enough; else it waits for the next. */
  const report = (): void => {
    measureTime();
    if (page && (engagedMs > minEngagedMs || percent(deepest) > percent(reported))) {
      emit('engagement', { engaged_ms: Math.round(engagedMs), scroll_percent: percent(deepest) }, page);
      engagedMs = 0;
      reported = deepest;
    }
  };

  /** Begins with another page; these are the fields of its events. */
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
