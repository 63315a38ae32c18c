/** What of a file's options a format has no use for: refused, so that nobody takes it for done. */
import { refusal } from '../query-request/refuse.js';
import type { FormatId } from './formats/format.js';
import { formats } from './formats/formats.js';

export interface FormatOptions {
  format: FormatId;
  compression?: 'none' | 'gzip';
  includeMetadata?: boolean | undefined;
  bom?: boolean | undefined;
}

export interface OptionProblem {
  field: 'compression' | 'includeMetadata' | 'bom';
  /** To follow the name of the field. */
  message: string;
}

/** A page of a PDF says in any case of what it was made. */
const withMetadata: FormatId[] = ['json', 'pdf'];

/** The first option that does nothing in this format; undefined where there is none. */
export function unusedOption(options: FormatOptions): OptionProblem | undefined {
  const { format, compression, includeMetadata, bom } = options;
  if (compression === 'gzip' && !formats[format].canGzip)
    return { field: 'compression', message: `must be none: a file of format ${format} is compressed already` };
  if (includeMetadata && !withMetadata.includes(format))
    return { field: 'includeMetadata', message: `must be false: a file of format ${format} has no metadata, json has` };
  if (bom && format !== 'csv')
    return { field: 'bom', message: `must be false: only csv has a byte order mark, and the format is ${format}` };
  return undefined;
}

/** @throws ServiceError `invalid_request` that names the option that does nothing. */
export function refuseUnused(options: FormatOptions): void {
  const unused = unusedOption(options);
  if (unused) throw refusal([unused.field], unused.message);
}

/** After a change that may be of the format alone: metadata goes with a format that had it. @throws ServiceError see {@link refuseUnused}. */
export function keptMetadata(sent: boolean | undefined, { format, includeMetadata }: FormatOptions): boolean {
  refuseUnused({ format, includeMetadata: sent });
  return includeMetadata === true && unusedOption({ format, includeMetadata }) === undefined;
}
