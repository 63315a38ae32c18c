/** Rolls that pause between two of their transactions, so that intermediate states can be queried. */
import { rollSite } from '@millrace/processor/rollups/roll-site';
import type { Pool } from '@millrace/shared/platform/postgres';

export interface Roller {
  /** Runs the next transaction of the current roll, or starts a roll. */
  step(now: Date): Promise<void>;
  /** Finishes the current roll. */
  finish(): Promise<void>;
}

export function createRoller(pool: Pool, siteId: string): Roller {
  let rolling: Promise<unknown> | undefined;
  let goOn = () => {};
  let stopped = () => {};
  const stop = () =>
    new Promise<void>((resolve) => {
      goOn = resolve;
      stopped();
    });

  function begin(now: Date): void {
    rolling = rollSite(pool, siteId, { now, onProgress: stop }).finally(() => {
      rolling = undefined;
    });
  }

  async function step(now: Date): Promise<void> {
    const stopping = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    if (rolling) goOn();
    else begin(now);
    await Promise.race([stopping, rolling]);
  }
  return {
    step,
    async finish() {
      while (rolling) await step(new Date());
    },
  };
}
