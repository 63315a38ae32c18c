/** Parses the arguments of `npm run export`. */
import { parseCommandLine, withoutSeparator } from '@millrace/shared/commands/parse-command-line';
import { datasets, findDataset } from '../datasets/datasets.js';
import { type DatasetRequest, parseDatasetQuery } from '../datasets/parse-dataset.js';
import { unusedOption } from './format-options.js';
import type { FormatId } from './formats/format.js';
import { formats } from './formats/formats.js';

export interface ExportOptions {
  request: DatasetRequest;
  format: FormatId;
  gzip: boolean;
  includeMetadata: boolean;
  bom: boolean;
  /** Undefined: to stdout. */
  output: string | undefined;
  force: boolean;
}

export type ExportCommandLine =
  | { kind: 'help' }
  | { kind: 'problem'; message: string }
  | { kind: 'export'; options: ExportOptions };

const formatNames = Object.keys(formats) as FormatId[];

/** One line for each default range, with its datasets. */
function defaultRanges(): string {
  const ranges = new Map<string, string[]>();
  for (const { id, defaultRange } of datasets)
    if (defaultRange !== undefined) ranges.set(defaultRange, [...(ranges.get(defaultRange) ?? []), id]);
  const lines = [...ranges].map(([range, ids]) => `${range === 'day' ? 'today' : range} for ${ids.join(', ')}`);
  return lines.map((line) => `${' '.repeat(23)}${line}`).join('\n');
}

export const exportHelp = `Usage: npm run export -- DATASET --site ID [--from DAY --to DAY] [--format FORMAT] --output FILE

Writes a dataset to a file, from one snapshot of the database. The file appears only when it is complete.

  DATASET            ${datasets.map(({ id }) => id).join(', ')}
  --site ID          the site
  --from, --to       first and last day (2026-01-31, in the site's time zone, inclusive), or two instants (the second is
                     exclusive). Default:
${defaultRanges()}
  --range NAME       a named range instead, such as 7d, month or all (everything stored)
  --timezone ZONE    an IANA time zone (default: the site's)
  --filters JSON     as in a query, such as '["is","event_type",["view"]]'
  --param NAME=VALUE another parameter of the dataset; can be repeated
  --format FORMAT    ${formatNames.join(', ')} (default: from the name of FILE, otherwise csv)
  --output FILE      where to write; - is stdout
  --force            overwrite an existing file
  --gzip             compress csv, json or ndjson; implied if FILE ends with .gz
  --metadata         add the time, range and number of rows to json
  --bom              start csv with a byte order mark, for Excel
  --help             show this help

Reads the database at DATABASE_URL, otherwise that of a running \`npm start\`.
In production: DATABASE_URL=... node reporting/dist/exports/export-command.js events --site ...

Exit codes: 0 the file is complete, 1 it failed and left no file behind.
`;

const problem = (message: string): ExportCommandLine => ({ kind: 'problem', message });

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const range = { from: text, to: text, range: text, timezone: text };
  const file = { format: text, output: text, force: flag, gzip: flag, metadata: flag, bom: flag };
  const options = {
    site: text,
    ...range,
    filters: text,
    param: { type: 'string', multiple: true },
    ...file,
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  return parseCommandLine({ args: withoutSeparator(args), options, allowPositionals: true });
}

type Values = ReturnType<typeof parse>['values'];

/** `june.csv.gz` means csv with gzip. */
function formatOf({ format, output = '', gzip }: Values): { format: FormatId; gzip: boolean } {
  const [, ending, compressed] = /\.([a-z]+)(\.gz)?$/i.exec(output) ?? [];
  const name = format ?? formatNames.find((id) => id === ending?.toLowerCase()) ?? 'csv';
  const known = formatNames.find((id) => id === name);
  if (!known) throw new Error(`--format takes one of ${formatNames.join(', ')}`);
  const isGzip = gzip || compressed !== undefined;
  if (isGzip && !formats[known].canGzip) throw new Error(`Format ${known} is already compressed: omit --gzip and .gz`);
  return { format: known, gzip: isGzip };
}

function dateRangeOf({ from, to, range }: Values): string | undefined {
  if (range !== undefined && (from ?? to) !== undefined) throw new Error('Use either --range, or --from and --to');
  if (range !== undefined) return range;
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined || to === undefined) throw new Error('Use --from and --to together');
  return `${from},${to}`;
}

function paramsOf(values: Values): Record<string, string> {
  const { site, timezone, filters, param = [] } = values;
  if (site === undefined) throw new Error('Name the site with --site ID');
  const more = param.map((text) => {
    const [, name, value] = /^([a-z_]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`--param takes NAME=VALUE, not "${text}"`);
    return [name, value];
  });
  const given = { date_range: dateRangeOf(values), timezone, filters };
  const named = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(more), ...Object.fromEntries(named), site_id: site };
}

const flagOf = { compression: '--gzip', includeMetadata: '--metadata', bom: '--bom' };

function refuseUnused({ format }: { format: FormatId }, { metadata, bom }: Values): void {
  const unused = unusedOption({ format, includeMetadata: metadata, bom });
  if (unused) throw new Error(`${flagOf[unused.field]} has no effect on format ${format}: omit it`);
}

function optionsOf(values: Values, positionals: string[]): ExportOptions {
  const [id, ...others] = positionals;
  if (id === undefined || others.length > 0) throw new Error('Name one dataset to export');
  if (values.output === undefined) throw new Error('Name the file with --output FILE, or use --output - for stdout');
  const file = formatOf(values);
  refuseUnused(file, values);
  return {
    request: parseDatasetQuery(findDataset(id), paramsOf(values)),
    ...file,
    includeMetadata: values.metadata,
    bom: values.bom,
    output: values.output === '-' ? undefined : values.output,
    force: values.force,
  };
}

/** `args` are those after the program name. Problems are returned as a sentence, never thrown. */
export function parseExportOptions(args: string[]): ExportCommandLine {
  try {
    const { values, positionals } = parse(args);
    return values.help ? { kind: 'help' } : { kind: 'export', options: optionsOf(values, positionals) };
  } catch (error) {
    return problem(`${(error as Error).message.split(/\. To |\n/)[0]!.replace(/\.$/, '')}.`);
  }
}
