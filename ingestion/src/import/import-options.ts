/** The arguments of the command line → options, or one sentence that says what is wrong with them. */
import { OptionProblem, readArguments } from '../send/read-arguments.js';
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

type Values = ReturnType<typeof readArguments<typeof ARGUMENTS>>['values'];

/** Reads the arguments that follow the name of the program; what they leave open is taken from `environment`. */
export function importOptions(args: string[], environment: SenderEnvironment = {}): CommandLine {
  try {
    const { values, positionals } = readArguments(args, ARGUMENTS);
    if (values.help) return { kind: 'help' };
    return { kind: 'import', options: toOptions(values, positionals, environment) };
  } catch (error) {
    if (!(error instanceof OptionProblem)) throw error;
    return { kind: 'problem', message: error.message };
  }
}

function toOptions(values: Values, files: string[], environment: SenderEnvironment): ImportOptions {
  if (files.length === 0 || files.includes('')) {
    throw new OptionProblem('Name the log files to import, or - for standard input.');
  }
  if (values.site === undefined) throw new OptionProblem('Say with --site ID which site the log belongs to.');
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
