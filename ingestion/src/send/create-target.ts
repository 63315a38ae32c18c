import type { Target } from './post-batch.js';
import type { Receiver } from './try-batch.js';

const NOTE_EVERY_MS = 5_000;

export interface SendingSettings {
  giveUpAfterMs: number;
  stop: AbortSignal;
  onWait(why: string): void;
}

/** Shared by all batches of a run, so that the time without a response is measured across them. */
export function createTarget({ url, key }: Receiver, { giveUpAfterMs, stop, onWait }: SendingSettings): Target {
  return { url, key, stop, giveUpAfterMs, lastAnswerAt: Date.now(), wasReachable: false, onWait: throttled(onWait) };
}

/** Drops repeated notes, because batches in flight wait for the same reason at the same time. */
function throttled(note: (text: string) => void): (text: string) => void {
  let lastNoteAt = Number.NEGATIVE_INFINITY;
  return (text) => {
    if (Date.now() - lastNoteAt < NOTE_EVERY_MS) return;
    lastNoteAt = Date.now();
    note(text);
  };
}
