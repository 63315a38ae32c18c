/** What browsers are told to call a file. */
import Joi from 'joi';

const maxBytes = 200;

/** Leads to no other folder, is hidden by no listing, and can be written into a header. */
export const filenameSchema = Joi.string()
  .max(maxBytes, 'utf8')
  .custom((name: string, helpers) => (name.isWellFormed() ? name : helpers.error('string.pattern.base')))
  .pattern(/^(?!\.)[^/\\\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+$/u)
  .messages({
    'string.max': `must have at most ${maxBytes} bytes in UTF-8`,
    'string.pattern.base':
      'must be the plain name of a file: without slash, backslash, control characters or a dot at its beginning',
  });

/** Such as `events-demo-20260131T080000Z.csv.gz`. */
export function defaultFilename(dataset: string, siteId: string, now: Date, ending: string): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${dataset}-${siteId}-${time}.${ending}`;
}

/** Ends as such a file does, so that a double click opens it. */
export const withEnding = (name: string, ending: string) =>
  name.toLowerCase().endsWith(`.${ending}`) ? name : `${name}.${ending}`;
