/** Command-line options of `npm run import`. */
import { CommandError } from '@millrace/shared/commands/command-error';
import { catchProblem, type Problem, parseCommandLine } from '@millrace/shared/commands/parse-command-line';
import { receiverArguments, receiverOf, siteOf } from '../send/receiver-options.js';
import type { SenderEnvironment } from '../send/sender-config.js';
import type { Receiver } from '../send/try-batch.js';
import { formatNamed, formatNames } from './formats/formats.js';
import { jsonFieldNames } from './formats/json-lines.js';
import type { JsonFields, LogFormat } from './formats/log-record.js';
import type { Identity } from './identify-lines.js';

export interface ImportOptions extends Receiver {
  /** Paths, patterns, or `-` for standard input. */
  files: string[];
  siteId: string;
  /** Undefined: detected from the first lines. */
  format: LogFormat | undefined;
  jsonFields: JsonFields;
  source: string;
  identity: Identity;
  includeBots: boolean;
  showBots: boolean;
  countAssets: boolean;
  /** Also sends a last line without a line break. */
  includeUnfinished: boolean;
  /** Patterns with `*`; empty: all lines. */
  hostnames: string[];
  paths: string[];
  /** In percent of a file's lines. */
  maxUnparsable: number;
  dryRun: boolean;
}

export const helpText = `Usage: npm run import -- FILE... --site ID [options]

Imports access logs of web servers: sends each line to Millrace as an event.

  FILE                 logs, plain or gzip; patterns such as 'logs/*.gz'; - reads standard input
  --site ID            the site that the events belong to: 1 to 64 of A-Z a-z 0-9 . _ -
  --url URL            URL of ingestion (default: MILLRACE_URL, else a running npm start, else INGESTION_PORT or 3000 of localhost)
  --key KEY            an access key, if ingestion requires one; prefer MILLRACE_KEY, which is not visible in process lists
  --format NAME        combined (also common), json (caddy, traefik, nginx), w3c (iis, cloudfront), alb (elb);
                       default: detected from the first lines
  --json-fields LIST   names of fields in a JSON log, such as time=ts,client=ip; names on the left: time, client, request,
                       method, target, query, hostname, status, bytes, referrer, user_agent
  --source NAME        distinguishes equal lines of different servers: use a different name for each server's logs
  --identity KIND      content (default); line-number for a log whose import was started with a release before 0.4.0
  --include-bots       also import lines of known bots, with their name in column bot; queries count them only with
                       include_bots; by default they are skipped
  --show-bots          list the user agents that were skipped as bots, with counts
  --count-assets       count style sheets, scripts, images, fonts, feeds and robots.txt as views too
  --include-unfinished also import a last line without a line break; by default it is skipped, as it may be incomplete
  --hostname PATTERN   only lines of this host; * matches any text; may be repeated
  --path PATTERN       only lines of this path, such as '/blog/*'; may be repeated
  --max-unparsable N   percentage of a file's lines that may be unreadable (default 5)
  --dry-run            read and count, send nothing
  --help               show this help

Formats: Common and Combined Log Format, both optionally with a virtual host in front and further fields at the end;
JSON lines of Caddy 2, Traefik and nginx (escape=json); W3C Extended with a #Fields line, as written by IIS and
CloudFront; access logs of AWS load balancers.

A GET with status 200 or 304 becomes a view, unless it requested an asset: a path that ends in .css .js .mjs .map .ico
.gif .jpg .jpeg .png .webp .avif .svg .bmp .tif .tiff .woff .woff2 .ttf .otf .eot .xml .rss .atom, or /robots.txt. These
become events of type "asset", all other requests events of type "request".

The client's address becomes user_id: without port, IPv6 in its short form, the first of a list of forwarded addresses.
status, bytes, method, user_agent, query and hostname become properties. Percent-encoding is normalized. Values that are
too long are truncated, and the event gets the property "truncated".

The id of an event is derived from the line and, if a file contains equal lines, its ordinal: three equal lines count
three times, but the same line in two files counts once. So files may overlap, be rotated, split, joined and imported
again. A last line without a line break may still be incomplete: it is skipped, which the summary mentions, and counts
once it is complete (a JSON line is complete when its braces are). Only a file that was joined from overlapping ones may
count lines twice that it contains twice (unless 250,000 other lines are between them): pass such files as separate
arguments instead. After an interrupted import, run the same command again.

Exit code: 0 if every event was accepted. 1 if an event was not accepted, more of a file was unreadable than
--max-unparsable allows, or a file could not be read to the end.
`;

export type CommandLine = { kind: 'help' } | Problem | { kind: 'import'; options: ImportOptions };

const ARGUMENTS = {
  ...receiverArguments,
  format: { type: 'string' },
  'json-fields': { type: 'string' },
  source: { type: 'string' },
  identity: { type: 'string' },
  'include-bots': { type: 'boolean' },
  'show-bots': { type: 'boolean' },
  'count-assets': { type: 'boolean' },
  'include-unfinished': { type: 'boolean' },
  hostname: { type: 'string', multiple: true },
  path: { type: 'string', multiple: true },
  'max-unparsable': { type: 'string' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const parse = (args: string[]) => parseCommandLine({ args, options: ARGUMENTS, allowPositionals: true });

type Values = ReturnType<typeof parse>['values'];

/** @param args the arguments after the name of the program; missing ones are taken from `environment` */
export function importOptions(args: string[], environment: SenderEnvironment = {}): CommandLine {
  return catchProblem(() => {
    const { values, positionals } = parse(args);
    if (values.help) return { kind: 'help' } as const;
    return { kind: 'import' as const, options: toOptions(values, positionals, environment) };
  });
}

function toOptions(values: Values, files: string[], environment: SenderEnvironment): ImportOptions {
  if (files.length === 0 || files.includes('')) {
    throw new CommandError('Give the log files to import, or - for standard input.');
  }
  if (values.site === undefined) throw new CommandError('--site ID is required: the site that the log belongs to.');
  return {
    files,
    siteId: siteOf(values.site),
    ...receiverOf(values, environment),
    format: formatOf(values.format),
    jsonFields: jsonFieldsOf(values['json-fields']),
    source: values.source ?? '',
    identity: identityOf(values.identity),
    includeBots: values['include-bots'] ?? false,
    showBots: values['show-bots'] ?? false,
    countAssets: values['count-assets'] ?? false,
    includeUnfinished: values['include-unfinished'] ?? false,
    hostnames: values.hostname ?? [],
    paths: values.path ?? [],
    maxUnparsable: percentOf(values['max-unparsable'] ?? '5'),
    dryRun: values['dry-run'] ?? false,
  };
}

function formatOf(name: string | undefined): LogFormat | undefined {
  if (name === undefined) return undefined;
  const format = formatNamed(name);
  if (format !== undefined) return format;
  throw new CommandError(`--format takes one of ${formatNames.join(', ')}`);
}

function jsonFieldsOf(text: string | undefined): JsonFields {
  if (text === undefined) return {};
  const pairs = text.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
  for (const [name = '', field, ...more] of pairs) {
    if (field && more.length === 0 && jsonFieldNames.includes(name)) continue;
    throw new CommandError(
      `--json-fields takes pairs such as time=ts,client=ip; the names on the left are ${jsonFieldNames.join(', ')}`,
    );
  }
  return Object.fromEntries(pairs);
}

function identityOf(text = 'content'): Identity {
  if (text === 'content' || text === 'line-number') return text;
  throw new CommandError(
    '--identity takes content, or line-number for logs whose import was started with an earlier release.',
  );
}

function percentOf(text: string): number {
  const percent = /^\d+(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (percent >= 0 && percent <= 100) return percent;
  throw new CommandError('--max-unparsable takes a percentage from 0 to 100.');
}
