/** Loads what the first view does not need: on demand, and in any case once the first view is complete. */
import { computed, effect, signal } from '@preact/signals';
import { loadPageTexts } from './i18n/text.ts';
import { loadStyle } from './page-style.ts';
import { pendingCount } from './pending.ts';
import { latestResult } from './use-request.ts';

/** True once the first results are shown and the browser is idle. */
export const isFirstViewLoaded = signal(false);

/** The texts and styles of everything outside the first view. */
const loadDeferred = () => Promise.all([loadPageTexts(), loadStyle('later')]);

/** Loads `part` together with the deferred texts and styles. */
export const withDeferred = async <T>(part: Promise<T>): Promise<T> => (await Promise.all([part, loadDeferred()]))[0];

/** Results may trigger further requests; they do so within this time. */
const quietMs = 500;
/** One slow response must not delay the rest forever. */
const maxWaitMs = 10_000;

function endFirstView(): void {
  isFirstViewLoaded.value = true;
  // The code that needs them will retry.
  loadDeferred().catch(() => undefined);
}

/** Safari has no requestIdleCallback. */
const whenIdle = (act: () => void) => (globalThis.requestIdleCallback ?? setTimeout)(act);

export function watchFirstView(): void {
  const hasAnswer = computed(() => latestResult.value !== undefined);
  effect(() => {
    if (isFirstViewLoaded.value || !hasAnswer.value || pendingCount.value > 0) return;
    const timer = setTimeout(() => whenIdle(endFirstView), quietMs);
    return () => clearTimeout(timer);
  });
  effect(() => {
    if (hasAnswer.value) setTimeout(endFirstView, maxWaitMs);
  });
}
