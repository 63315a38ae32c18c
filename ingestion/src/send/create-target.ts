import type { Target } from './post-batch.js';
import type { Receiver } from './try-batch.js';

const NOTE_EVERY_MS = 5_000;

export interface SendingSettings {
  giveUpAfterMs: number;
  stop: AbortSignal;
  onWait(why: string): void;
}

/** One for all batches of a run, so that the server's silence is measured across them. */
export function createTarget({ url, key }: Receiver, { giveUpAfterMs, stop, onWait }: SendingSettings): Target {
  return { url, key, stop, giveUpAfterMs, lastAnswerAt: Date.now(), wasThere: false, onWait: seldom(onWait) };
}

/** Lets through the first of many notes: batches in flight wait for the same reason at the same time. */
function seldom(say: (text: string) => void): (text: string) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (text) => {
    if (Date.now() - saidAt < NOTE_EVERY_MS) return;
    saidAt = Date.now();
    say(text);
  };
}
