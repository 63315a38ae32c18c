/** Turns the command line of `npm run workers` into which processes to start, or into a sentence about what is wrong with it. */
import { parseArgs } from 'node:util';
import { ClearError } from './clear-error.js';
import { type Service, services } from './services.js';

export interface WorkerOptions {
  help: boolean;
  processes: Service[];
}

const named = (...names: string[]) => services.filter(({ name }) => names.includes(name));
const workers = named('processor', 'reporting-worker');
const cron = named('scheduler');

export const workersHelp = `Usage: npm run workers -- [--no-cron | --cron-only] [--help]

Starts the workers of all queues and the scheduler that gives them work by the clock, beside a running \`npm start\` or on
DATABASE_URL, until Ctrl-C: jobs under way are finished first. Any number of these may run, on any number of machines.

  --no-cron    the workers only
  --cron-only  the scheduler only
  --help       show this text

Their health is logged at the start and every minute. Ports are free ones unless PROCESSOR_PORT, REPORTING_WORKER_PORT and
SCHEDULER_PORT say otherwise.
`;

/** @throws ClearError for an unknown option, and for two that exclude each other. */
export function readWorkerOptions(argv: string[]): WorkerOptions {
  const options = {
    help: { type: 'boolean' },
    'no-cron': { type: 'boolean' },
    'cron-only': { type: 'boolean' },
  } as const;
  let values: { help?: boolean; 'no-cron'?: boolean; 'cron-only'?: boolean };
  try {
    ({ values } = parseArgs({ args: argv, options }));
  } catch (error) {
    throw new ClearError(`${(error as Error).message.split('.')[0]}. \`npm run workers -- --help\` lists the options.`);
  }
  if (values['no-cron'] && values['cron-only']) {
    throw new ClearError('--no-cron and --cron-only leave nothing to start: give one of them.');
  }
  const processes = values['cron-only'] ? cron : values['no-cron'] ? workers : [...workers, ...cron];
  return { help: values.help ?? false, processes };
}
