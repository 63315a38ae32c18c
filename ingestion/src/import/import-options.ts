/** The arguments of the command line → options, or one sentence that says what is wrong with them. */
import { parseArgs } from 'node:util';
import { siteIdPattern } from '@millrace/shared/ids';
import { formatNamed, formatNames } from './formats/formats.js';
import { jsonFieldNames } from './formats/json-lines.js';
import type { JsonFields, LogFormat } from './formats/log-record.js';
import type { Identity } from './identify-lines.js';
import type { ImportEnvironment } from './import-config.js';

export interface ImportOptions {
  /** Paths, patterns, or `-` for standard input. */
  files: string[];
  siteId: string;
  /** Of `POST /events`. */
  url: URL;
  key: string | undefined;
  /** Undefined: found by looking at the lines. */
  format: LogFormat | undefined;
  jsonFields: JsonFields;
  source: string;
  identity: Identity;
  includeBots: boolean;
  showBots: boolean;
  countAssets: boolean;
  /** Sends a last line without line end as well. */
  includeUnfinished: boolean;
  /** Patterns with `*`; none means every line. */
  hostnames: string[];
  paths: string[];
  /** Percent of a file's lines. */
  maxUnparsable: number;
  dryRun: boolean;
}

export type CommandLine =
  | { kind: 'help' }
  | { kind: 'problem'; message: string }
  | { kind: 'import'; options: ImportOptions };

/** A mistake in the arguments, said in full by its message. */
class OptionProblem extends Error {}

const DEFAULT_URL = 'http://localhost:3000';
const ARGUMENTS = {
  site: { type: 'string' },
  url: { type: 'string' },
  key: { type: 'string' },
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

type Values = ReturnType<typeof parse>['values'];

/** Reads the arguments that follow the name of the program; what they leave open is taken from `environment`. */
export function importOptions(args: string[], environment: ImportEnvironment = {}): CommandLine {
  try {
    const { values, positionals } = parse(args);
    if (values.help) return { kind: 'help' };
    return { kind: 'import', options: toOptions(values, positionals, environment) };
  } catch (error) {
    if (!(error instanceof OptionProblem)) throw error;
    return { kind: 'problem', message: error.message };
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: ARGUMENTS });
  } catch (error) {
    // Node's message goes on with advice that does not fit here: its first sentence says it all.
    throw new OptionProblem(`${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`);
  }
}

function toOptions(values: Values, files: string[], environment: ImportEnvironment): ImportOptions {
  if (files.length === 0 || files.includes('')) {
    throw new OptionProblem('Name the log files to import, or - for standard input.');
  }
  if (values.site === undefined) throw new OptionProblem('Say with --site ID which site the log belongs to.');
  if (!siteIdPattern.test(values.site))
    throw new OptionProblem('--site takes 1 to 64 of the characters A-Z a-z 0-9 . _ -');
  return {
    files,
    siteId: values.site,
    url: eventsUrl(values.url ?? environment.MILLRACE_URL ?? DEFAULT_URL),
    key: keyOf(values.key ?? environment.MILLRACE_KEY),
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

/** Checked here, because a header that cannot be sent would look like a server that cannot be reached. */
function keyOf(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7e]+$/.test(key)) return key;
  throw new OptionProblem('The key of --key or MILLRACE_KEY must not be empty or hold spaces: it looks like mr_....');
}

function formatOf(name: string | undefined): LogFormat | undefined {
  if (name === undefined) return undefined;
  const format = formatNamed(name);
  if (format !== undefined) return format;
  throw new OptionProblem(`--format takes one of ${formatNames.join(', ')}`);
}

function jsonFieldsOf(text: string | undefined): JsonFields {
  if (text === undefined) return {};
  const pairs = text.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
  for (const [name = '', field, ...more] of pairs) {
    if (field && more.length === 0 && jsonFieldNames.includes(name)) continue;
    throw new OptionProblem(
      `--json-fields takes pairs such as time=ts,client=ip; the names on the left are ${jsonFieldNames.join(', ')}`,
    );
  }
  return Object.fromEntries(pairs);
}

function identityOf(text = 'content'): Identity {
  if (text === 'content' || text === 'line-number') return text;
  throw new OptionProblem('--identity takes content, or line-number for logs whose import an earlier release began.');
}

function percentOf(text: string): number {
  const percent = /^\d+(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (percent >= 0 && percent <= 100) return percent;
  throw new OptionProblem('--max-unparsable takes a share in percent, from 0 to 100.');
}

/** The address of `POST /events` under the address of the service. */
function eventsUrl(base: string): URL {
  const url = URL.canParse(base) ? new URL(base) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new OptionProblem(`--url takes an address that starts with http:// or https://, such as ${DEFAULT_URL}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new OptionProblem('--url takes an address without user name and password.');
  }
  if (url.search !== '' || url.hash !== '') throw new OptionProblem('--url takes an address without ? and #.');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/events`;
  return url;
}
