import { CommandError } from '@millrace/shared/commands/command-error';
import { parseCommandLine } from '@millrace/shared/commands/parse-command-line';
import { type Service, services } from './services.js';

export interface WorkerOptions {
  help: boolean;
  processes: Service[];
}

const named = (...names: string[]) => services.filter(({ name }) => names.includes(name));
const workers = named('processor', 'reporting-worker');
const cron = named('scheduler');

export const workersHelp = `Usage: npm run workers -- [--no-cron | --cron-only] [--help]

Starts the workers of all queues and the scheduler that gives them scheduled work, beside a running \`npm start\` or on
DATABASE_URL, until Ctrl-C, which lets running jobs finish. You can run any number of these on any number of machines.

  --no-cron    only the workers
  --cron-only  only the scheduler
  --help       show this text

They log their health at the start and every minute. Set PROCESSOR_PORT, REPORTING_WORKER_PORT and SCHEDULER_PORT to
choose their ports; the default is a free one.
`;

/** @throws CommandError for an unknown option, or for two that exclude each other */
export function readWorkerOptions(argv: string[]): WorkerOptions {
  const options = {
    help: { type: 'boolean' },
    'no-cron': { type: 'boolean' },
    'cron-only': { type: 'boolean' },
  } as const;
  const { values } = parseCommandLine({ args: argv, options }, '`npm run workers -- --help` lists the options.');
  if (values['no-cron'] && values['cron-only']) {
    throw new CommandError('--no-cron and --cron-only exclude each other: use one of them.');
  }
  const processes = values['cron-only'] ? cron : values['no-cron'] ? workers : [...workers, ...cron];
  return { help: values.help ?? false, processes };
}
