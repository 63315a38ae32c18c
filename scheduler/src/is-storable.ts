/** Turns a JSON value into whether database and queue can keep it: NUL and half a surrogate pair they refuse. */

/** As JSON.stringify writes them, after an even number of backslashes. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

export const isStorable = (value: unknown): boolean => !unstorable.test(JSON.stringify(value));
