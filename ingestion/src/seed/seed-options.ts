/** Command-line options of `npm run seed`. */
import { CommandError } from '@millrace/shared/commands/command-error';
import { catchProblem, type Problem, parseCommandLine } from '@millrace/shared/commands/parse-command-line';
import { isCalendarDate } from '@millrace/shared/time/time';
import { addDays } from '@millrace/shared/time/zone-days';
import { receiverArguments, receiverOf, siteOf } from '../send/receiver-options.js';
import type { SenderEnvironment } from '../send/sender-config.js';
import type { Receiver } from '../send/try-batch.js';
import type { TrafficOptions } from './plan-day.js';

export interface SeedOptions extends Receiver, TrafficOptions {
  /** Events in `[fromMs, toMs)` are sent. */
  fromMs: number;
  toMs: number;
  /** Whether `url` comes from the environment or the default, not from an option. */
  isFound: boolean;
}

export const helpText = `Usage: npm run seed -- --site ID [options]

Sends generated traffic of a small shop with a blog to Millrace, to try it out: visitors come from search engines,
assistants, social networks, newsletters and ads, browse, buy, and return; now and then a post goes viral, and bots
come by.

  --site ID              the site to fill, preferably a new one: 1 to 64 of A-Z a-z 0-9 . _ -
  --days N               number of days (default 60)
  --until DAY            the last day, YYYY-MM-DD in UTC (default: today, up to now)
  --visitors-per-day N   on average (default 300, which makes some 1,900 events a day)
  --seed TEXT            a different text generates different traffic (default: the site's id)
  --url URL              URL of ingestion (default: MILLRACE_URL, else a running npm start, else INGESTION_PORT or 3000 of localhost)
  --key KEY              an access key, if ingestion requires one; prefer MILLRACE_KEY, which is not visible in process
                         lists
  --help                 show this help

The same options always generate the same events with the same ids. The command may therefore be run again, after an
interruption or on a later day: events that were already sent count once, and only new days are added.

Exit code: 0 if every event was accepted, 1 otherwise.
`;

export type CommandLine = { kind: 'help' } | Problem | { kind: 'seed'; options: SeedOptions };

const ARGUMENTS = {
  ...receiverArguments,
  days: { type: 'string' },
  until: { type: 'string' },
  'visitors-per-day': { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const MOST_DAYS = 3_650;
const MOST_VISITORS = 100_000;
/** Ingestion refuses earlier events. */
const EARLIEST_DAY = '2000-01-01';

const parse = (args: string[]) => parseCommandLine({ args, options: ARGUMENTS, allowPositionals: true });

type Values = ReturnType<typeof parse>['values'];

/** @param args the arguments after the name of the program; @param nowMs the current time, after which there are no events */
export function seedOptions(args: string[], nowMs: number, environment: SenderEnvironment = {}): CommandLine {
  return catchProblem(() => {
    const { values, positionals } = parse(args);
    if (values.help) return { kind: 'help' } as const;
    if (positionals.length > 0) throw new CommandError(`Unexpected argument '${positionals[0]}'.`);
    return { kind: 'seed' as const, options: toOptions(values, nowMs, environment) };
  });
}

function toOptions(values: Values, nowMs: number, environment: SenderEnvironment): SeedOptions {
  if (values.site === undefined) throw new CommandError('--site ID is required: the site that the traffic is for.');
  const siteId = siteOf(values.site);
  const days = countOf('--days', values.days ?? '60', MOST_DAYS);
  const lastDay = dayOf(values.until, nowMs);
  const firstDay = addDays(lastDay, 1 - days);
  if (firstDay < EARLIEST_DAY) throw new CommandError('--days and --until must not go back before the year 2000.');
  return {
    ...receiverOf(values, environment),
    isFound: values.url === undefined,
    siteId,
    seed: values.seed ?? siteId,
    visitorsPerDay: countOf('--visitors-per-day', values['visitors-per-day'] ?? '300', MOST_VISITORS),
    ...{ firstDay, lastDay },
    fromMs: Date.parse(firstDay),
    toMs: Math.min(Date.parse(addDays(lastDay, 1)), nowMs),
  };
}

function countOf(option: string, text: string, most: number): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw new CommandError(`${option} takes a whole number from 1 to ${most.toLocaleString('en')}.`);
}

function dayOf(text: string | undefined, nowMs: number): string {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  if (text === undefined) return today;
  if (!isCalendarDate(text)) throw new CommandError('--until takes a day such as 2026-01-31.');
  if (text > today) throw new CommandError(`--until takes a day up to today, which is ${today} in UTC.`);
  return text;
}
