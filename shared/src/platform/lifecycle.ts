/** Orderly shutdown on signals and fatal errors: closes everything that was opened, last in first out, before a deadline. */
import type { Logger } from './logger.js';

export interface Lifecycle {
  /** True once shutdown has begun. */
  readonly closing: boolean;
  /** Registers `close`; it runs before everything registered earlier. */
  onClose(name: string, close: () => Promise<unknown> | unknown): void;
  /** Closes everything, once, then exits with `exitCode`. */
  shutdown(reason: string, exitCode?: number): Promise<void>;
}

/** Handles SIGTERM, SIGINT and fatal errors. A second signal, or the deadline, exits immediately. */
export function createLifecycle(logger: Logger, timeoutMs: number): Lifecycle {
  const closers: { name: string; close: () => Promise<unknown> | unknown }[] = [];
  let closing = false;

  async function shutdown(reason: string, exitCode = 0): Promise<void> {
    if (closing) return;
    closing = true;
    logger.info({ reason }, 'stopping');
    const deadline = setTimeout(() => {
      logger.error(
        { timeoutMs },
        'shutdown timed out: exiting with unfinished work, which the queue will deliver again',
      );
      process.exit(1);
    }, timeoutMs);
    let failed = false;
    for (const { name, close } of closers.reverse()) {
      try {
        await close();
      } catch (error) {
        failed = true;
        logger.error({ err: error, name }, 'could not close');
      }
    }
    clearTimeout(deadline);
    logger.info('stopped');
    process.exit(exitCode || (failed ? 1 : 0));
  }

  const onSignal = (signal: NodeJS.Signals) => (closing ? process.exit(1) : void shutdown(signal));
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  const onFatal = (error: unknown) => {
    logger.fatal({ err: error }, 'uncaught error: exiting, since the state of the process is unknown');
    process.exit(1);
  };
  process.on('uncaughtException', onFatal);
  process.on('unhandledRejection', onFatal);

  return {
    get closing() {
      return closing;
    },
    onClose: (name, close) => void closers.push({ name, close }),
    shutdown,
  };
}
