/** How much the page waits for, so that it knows when a view is complete, and so does whoever measures it. */
import { signal } from '@preact/signals';

/** Answers, and code of parts that are shown. Also on `<html>`, as `data-unanswered`. */
export const pendingCount = signal(0);

export async function trackPending<T>(answer: Promise<T>): Promise<T> {
  const note = (change: number) => {
    pendingCount.value = pendingCount.peek() + change;
    document.documentElement.dataset.unanswered = String(pendingCount.peek());
  };
  note(1);
  try {
    return await answer;
  } finally {
    note(-1);
  }
}
