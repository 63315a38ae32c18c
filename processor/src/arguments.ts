/** Turns the processor's command line into what to work on, or into the text that says what is wrong with it. */
import { parseArgs } from 'node:util';
import { eventIngest } from '@millrace/shared/jobs';

export interface Arguments {
  help: boolean;
  /** Jobs active at a time, for each queue. */
  concurrency: number;
  queues: string[];
}

/** The queues a processor knows how to work on. */
export const writeQueues: string[] = [eventIngest.queue];

export const helpText = `Usage: processor [--concurrency N] [--queues a,b] [--help]

Works on queued jobs: writes events to Postgres, exactly once.

  --concurrency N  jobs active at a time, 1 to 1000 (default ${eventIngest.concurrency})
  --queues a,b     work on these queues only (default all: ${writeQueues.join(', ')})
  --help           show this text

Settings such as DATABASE_URL and REDIS_URL come from the environment; see the README.
`;

/** @throws Error with one sentence when an option is unknown or its value is out of range. */
export function parseArguments(argv: string[]): Arguments {
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: String(eventIngest.concurrency) },
      queues: { type: 'string', default: writeQueues.join(',') },
    },
  });
  const concurrency = Number(values.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1_000) {
    throw new Error(`--concurrency must be a whole number from 1 to 1000, not ${values.concurrency}`);
  }
  const queues = values.queues.split(',').map((queue) => queue.trim());
  const unknown = queues.find((queue) => !writeQueues.includes(queue));
  if (unknown !== undefined)
    throw new Error(`--queues: there is no queue "${unknown}"; known are ${writeQueues.join(', ')}`);
  return { help: values.help, concurrency, queues: [...new Set(queues)] };
}
