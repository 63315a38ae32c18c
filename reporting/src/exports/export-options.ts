/** The arguments of `npm run export` as what to write where, or as one sentence that says what is wrong with them. */
import { parseArgs } from 'node:util';
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

/** A line for each range that datasets have where none is given. */
function defaultRanges(): string {
  const ranges = new Map<string, string[]>();
  for (const { id, defaultRange } of datasets)
    if (defaultRange !== undefined) ranges.set(defaultRange, [...(ranges.get(defaultRange) ?? []), id]);
  const lines = [...ranges].map(([range, ids]) => `${range === 'day' ? 'today' : range} for ${ids.join(', ')}`);
  return lines.map((line) => `${' '.repeat(23)}${line}`).join('\n');
}

export const exportHelp = `Usage: npm run export -- DATASET --site ID [--from DAY --to DAY] [--format FORMAT] --output FILE

Writes a dataset to a file, as of one moment. The file is there once it is whole, not before.

  DATASET            ${datasets.map(({ id }) => id).join(', ')}
  --site ID          the site
  --from, --to       first and last day (2026-01-31, days of the site's time zone, both included) or instants, of which the
                     second is not included; without them:
${defaultRanges()}
  --range NAME       instead of them a range by its name, such as 7d, month or all (everything that is stored)
  --timezone ZONE    instead of the site's
  --filters JSON     as in a query, such as '["is","event_type",["view"]]'
  --param NAME=VALUE another parameter of the dataset; may be given several times
  --format FORMAT    ${formatNames.join(', ')}; by the name of FILE where it is not given, else csv
  --output FILE      where to write; - writes to stdout
  --force            replaces a file that is there
  --gzip             compresses csv, json and ndjson; so does a FILE that ends with .gz
  --metadata         adds to json when it was made and of what
  --bom              begins csv so that Excel reads it as UTF-8
  --help             show this

Reads the database of DATABASE_URL, else the one of a running \`npm start\`.
In production: DATABASE_URL=... node reporting/dist/exports/export-command.js events --site ...

Exit code 0: the file is written. 1: it is not, and nothing is left of it.
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
  return parseArgs({ args: args.filter((argument) => argument !== '--'), options, allowPositionals: true });
}

type Values = ReturnType<typeof parse>['values'];

/** Of `june.csv.gz` csv, gzip. */
function formatOf({ format, output = '', gzip }: Values): { format: FormatId; gzip: boolean } {
  const [, ending, compressed] = /\.([a-z]+)(\.gz)?$/i.exec(output) ?? [];
  const name = format ?? formatNames.find((id) => id === ending?.toLowerCase()) ?? 'csv';
  const known = formatNames.find((id) => id === name);
  if (!known) throw new Error(`--format takes one of ${formatNames.join(', ')}`);
  const isGzip = gzip || compressed !== undefined;
  if (isGzip && !formats[known].canGzip)
    throw new Error(`A file of format ${known} is compressed already: leave --gzip and .gz out`);
  return { format: known, gzip: isGzip };
}

function dateRangeOf({ from, to, range }: Values): string | undefined {
  if (range !== undefined && (from ?? to) !== undefined) throw new Error('Give either --range, or --from and --to');
  if (range !== undefined) return range;
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined || to === undefined) throw new Error('Give both --from and --to');
  return `${from},${to}`;
}

function paramsOf(values: Values): Record<string, string> {
  const { site, timezone, filters, param = [] } = values;
  if (site === undefined) throw new Error('Say with --site ID of which site');
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
  if (unused) throw new Error(`${flagOf[unused.field]} does nothing in a file of format ${format}: leave it out`);
}

function optionsOf(values: Values, positionals: string[]): ExportOptions {
  const [id, ...others] = positionals;
  if (id === undefined || others.length > 0) throw new Error('Name one dataset to export');
  if (values.output === undefined)
    throw new Error('Say with --output FILE where to write, or with --output - to stdout');
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

/** Reads the arguments that follow the name of the program. */
export function exportOptions(args: string[]): ExportCommandLine {
  try {
    const { values, positionals } = parse(args);
    return values.help ? { kind: 'help' } : { kind: 'export', options: optionsOf(values, positionals) };
  } catch (error) {
    return problem(`${(error as Error).message.split(/\. To |\n/)[0]!.replace(/\.$/, '')}.`);
  }
}
