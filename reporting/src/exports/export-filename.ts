/** What browsers are told to call a file. */
import { fileNameSchema, maxFileNameBytes } from '@millrace/shared/contract/file-name';

/** Leads to no other folder, is hidden by no listing, and can be written into a header. */
export const filenameSchema = fileNameSchema.messages({
  'string.max': `must have at most ${maxFileNameBytes} bytes in UTF-8`,
  'string.pattern.base':
    'must be the plain name of a file, with a letter or a digit, and without slash, backslash, control characters, invisible marks or a dot at its beginning',
});

/** Such as `events-demo-20260131T080000Z.csv.gz`. */
export function defaultFilename(dataset: string, siteId: string, now: Date, ending: string): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${dataset}-${siteId}-${time}.${ending}`;
}

/** Ends as such a file does, so that a double click opens it: `june.csv` as `june.csv.gz` where that is what it is. */
export function withEnding(name: string, ending: string): string {
  const lower = name.toLowerCase();
  if (lower.endsWith(`.${ending}`)) return name;
  const [extension, ...more] = ending.split('.');
  return lower.endsWith(`.${extension}`) ? [name, ...more].join('.') : `${name}.${ending}`;
}
