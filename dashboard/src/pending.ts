/** Counts what the page is waiting for, so that it can tell when the first view is complete. Tests and benchmarks read it too. */
import { signal } from '@preact/signals';

/** Pending results and lazily loaded components. Mirrored on `<html>` as `data-unanswered`. */
export const pendingCount = signal(0);

export async function trackPending<T>(result: Promise<T>): Promise<T> {
  const note = (change: number) => {
    pendingCount.value = pendingCount.peek() + change;
    document.documentElement.dataset.unanswered = String(pendingCount.peek());
  };
  note(1);
  try {
    return await result;
  } finally {
    note(-1);
  }
}
