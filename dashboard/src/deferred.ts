/** What the first view does without. It comes as soon as something needs it, and in any case once the first view is there. */
import { computed, effect, signal } from '@preact/signals';
import { loadPageTexts } from './i18n/text.ts';
import { loadStyle } from './page-style.ts';
import { pendingCount } from './pending.ts';
import { latestResult } from './use-request.ts';

/** True once the figures that were asked for at first are there, and the browser has time. */
export const isFirstViewLoaded = signal(false);

/** Texts and styles of whatever is not part of the first view. */
export const loadDeferred = () => Promise.all([loadPageTexts(), loadStyle('later')]);

/** `part` with them. */
export const withDeferred = async <T>(part: Promise<T>): Promise<T> => (await Promise.all([part, loadDeferred()]))[0];

/** Answers lead to further questions, but not so late. */
const quietMs = 500;
/** One slow answer does not hold up the rest. */
const maxWaitMs = 10_000;

function endFirstView(): void {
  isFirstViewLoaded.value = true;
  // Whoever needs them asks again.
  loadDeferred().catch(() => undefined);
}

/** Safari has no such function. */
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
