/** What database and queue can keep of a JSON value: neither NUL nor half a surrogate pair, nor more levels than any job needs. */
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';

const maxLevels = 100;

/** Looks without recursion: a body of a megabyte may have 500,000 levels, which end the stack of JSON.stringify. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxLevels) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** As they are written in JSON, after an even number of backslashes. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

export const isStorable = (value: unknown): boolean => !isTooDeep(value) && !unstorable.test(stringifyExactJson(value));
