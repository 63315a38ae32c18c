/** Structured logs, one JSON object per line, without secrets. */
import { inspect } from 'node:util';
import { type Logger, pino, stdSerializers } from 'pino';

export type { Logger } from 'pino';

/** Replaces the password of any connection URL in `text`; passwords may contain anything but white space and quotes. */
export function redactUrls(text: string): string {
  return text
    .replace(/\b(\w+:\/\/[^\s:@/]*):[^\s'"]{1,1000}@/g, '$1:***@')
    .replace(/([?&]password=)[^&\s'"]+/g, '$1***');
}

/** Keeps type, code, message and stack of an error; drops command arguments and rows, which may contain event data. */
export function serializeError(error: unknown) {
  // Anything can be thrown, and logging it must not throw again.
  if (!(error instanceof Error)) return { message: redactUrls(inspect(error)) };
  const { type, message, stack } = stdSerializers.err(error);
  const code = (error as NodeJS.ErrnoException).code;
  return { type, code, message: redactUrls(message), stack: redactUrls(stack ?? '') };
}

/** A logger whose lines carry the service's name. */
export function createLogger(service: string, level: string): Logger {
  // Synchronous: when the reader of the log is gone, an asynchronous destination retries forever and blocks process.exit.
  const destination = pino.destination({ dest: 1, sync: true });
  return pino({ level, base: { service }, serializers: { err: serializeError } }, destination);
}

/** Logs at most one error per `intervalMs`, with the number of suppressed ones: for faults that repeat by the thousand. */
export function createErrorLog(logger: Logger, message: string, intervalMs = 5_000): (error: unknown) => void {
  let nextAt = 0;
  let suppressed = 0;
  return (error) => {
    const now = Date.now();
    if (now < nextAt) {
      suppressed += 1;
      return;
    }
    logger.error({ err: error, suppressed }, message);
    nextAt = now + intervalMs;
    suppressed = 0;
  };
}
