/** What the first view does without. It comes as soon as something needs it, and in any case once the first view is there. */
import { computed, effect, signal } from '@preact/signals';
import { loadPageTexts } from './i18n/text.ts';
import { loadStyle } from './page-style.ts';
import { unanswered } from './pending.ts';
import { newest } from './use-request.ts';

/** True once the figures that were asked for at first are there, and the browser has time. */
export const isFirstViewThere = signal(false);

/** Texts and styles of whatever is not part of the first view. */
export const loadLater = () => Promise.all([loadPageTexts(), loadStyle('later')]);

/** `part` with them. */
export const withLater = async <T>(part: Promise<T>): Promise<T> => (await Promise.all([part, loadLater()]))[0];

/** Answers lead to further questions, but not so late. */
const quietMs = 500;
/** One slow answer does not hold up the rest. */
const longestMs = 10_000;

function endFirstView(): void {
  isFirstViewThere.value = true;
  // Whoever needs them asks again.
  loadLater().catch(() => undefined);
}

/** Safari has no such function. */
const whenIdle = (act: () => void) => (globalThis.requestIdleCallback ?? setTimeout)(act);

export function followFirstView(): void {
  const hasAnswer = computed(() => newest.value !== undefined);
  effect(() => {
    if (isFirstViewThere.value || !hasAnswer.value || unanswered.value > 0) return;
    const timer = setTimeout(() => whenIdle(endFirstView), quietMs);
    return () => clearTimeout(timer);
  });
  effect(() => {
    if (hasAnswer.value) setTimeout(endFirstView, longestMs);
  });
}
