/** Rejects options that have no effect on the format, so that they are not silently ignored. */
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
  /** Continues a sentence that starts with the name of the field. */
  message: string;
}

/** PDF accepts it because its pages always show the metadata. */
const withMetadata: FormatId[] = ['json', 'pdf'];

export function unusedOption(options: FormatOptions): OptionProblem | undefined {
  const { format, compression, includeMetadata, bom } = options;
  if (compression === 'gzip' && !formats[format].canGzip)
    return { field: 'compression', message: `must be none: format ${format} is already compressed` };
  if (includeMetadata && !withMetadata.includes(format))
    return { field: 'includeMetadata', message: `must be false: only json has metadata, and the format is ${format}` };
  if (bom && format !== 'csv')
    return { field: 'bom', message: `must be false: only csv has a byte order mark, and the format is ${format}` };
  return undefined;
}

/** @throws ServiceError `invalid_request` that names the unused option. */
export function refuseUnused(options: FormatOptions): void {
  const unused = unusedOption(options);
  if (unused) throw refusal([unused.field], unused.message);
}

/** For updates: if only the format changes to one without metadata, `includeMetadata` is reset. @throws ServiceError see {@link refuseUnused}. */
export function metadataAfterChange(sent: boolean | undefined, { format, includeMetadata }: FormatOptions): boolean {
  refuseUnused({ format, includeMetadata: sent });
  return includeMetadata === true && unusedOption({ format, includeMetadata }) === undefined;
}
