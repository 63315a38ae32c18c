import { CommandError } from '@millrace/shared/commands/command-error';
import { parseCommandLine } from '@millrace/shared/commands/parse-command-line';
import { queueNames, queues } from '@millrace/shared/contract/jobs';

export interface Arguments {
  help: boolean;
  /** Concurrent jobs per queue; undefined for the default of each queue. */
  concurrency: number | undefined;
  queues: string[];
}

/** The queues that a processor consumes. */
export const writeQueues: string[] = queueNames.filter((name) => queues[name].worker === 'processor');

const defaults = writeQueues.map((name) => `${name} ${queues[name as keyof typeof queues].concurrency}`).join(', ');

export const helpText = `Usage: processor [--concurrency N] [--queues a,b] [--help]

Processes queued jobs: writes events to Postgres exactly once, rolls them up and computes aggregates.

  --concurrency N  concurrent jobs per queue, 1 to 1000
                   (default ${defaults})
  --queues a,b     process only these queues (default: ${writeQueues.join(', ')})
  --help           show this text

Settings such as DATABASE_URL and REDIS_URL come from the environment; see docs/configuration.md.
`;

/** @throws CommandError if an option is unknown or its value is out of range. */
export function parseArguments(argv: string[]): Arguments {
  const { values } = parseCommandLine({
    args: argv,
    options: {
      help: { type: 'boolean', default: false },
      concurrency: { type: 'string' },
      queues: { type: 'string', default: writeQueues.join(',') },
    },
  });
  const concurrency = values.concurrency === undefined ? undefined : parseConcurrency(values.concurrency);
  const queues = values.queues.split(',').map((queue) => queue.trim());
  const unknown = queues.find((queue) => !writeQueues.includes(queue));
  if (unknown !== undefined)
    throw new CommandError(`--queues: unknown queue "${unknown}"; choose from ${writeQueues.join(', ')}`);
  return { help: values.help, concurrency, queues: [...new Set(queues)] };
}

function parseConcurrency(text: string): number {
  const concurrency = Number(text);
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1_000) return concurrency;
  throw new CommandError(`--concurrency must be a whole number from 1 to 1000, not ${text}`);
}
