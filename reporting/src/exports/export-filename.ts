import { fileNameSchema, maxFileNameBytes } from '@millrace/shared/contract/file-name';

/** Names that stay in their folder, are not hidden, and are safe in a header. */
export const filenameSchema = fileNameSchema.messages({
  'string.max': `must have at most ${maxFileNameBytes} bytes in UTF-8`,
  'string.pattern.base':
    'must be a plain file name with at least one letter or digit, no slashes, backslashes, control or invisible characters, and no leading dot',
});

/** Such as `events-demo-20260131T080000Z.csv.gz`. */
export function defaultFilename(dataset: string, siteId: string, now: Date, ending: string): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${dataset}-${siteId}-${time}.${ending}`;
}

/** Adds what is missing of the extension: `june.csv` becomes `june.csv.gz` if the ending is `csv.gz`. */
export function withEnding(name: string, ending: string): string {
  const lower = name.toLowerCase();
  if (lower.endsWith(`.${ending}`)) return name;
  const [extension, ...more] = ending.split('.');
  return lower.endsWith(`.${extension}`) ? [name, ...more].join('.') : `${name}.${ending}`;
}
