/** The supported formats; to add one, add its file and a line here. */
import { awsAlb } from './aws-alb.js';
import { commonLog } from './common-log.js';
import { jsonLines } from './json-lines.js';
import type { JsonFields, LogFormat, RawLine } from './log-record.js';
import { w3cExtended } from './w3c-extended.js';

/** In the order in which they are tried. */
export const formats: readonly LogFormat[] = [commonLog, jsonLines, w3cExtended, awsAlb];

/** All values of `--format`. */
export const formatNames = formats.flatMap(({ names }) => names);

export function formatNamed(name: string): LogFormat | undefined {
  return formats.find(({ names }) => names.includes(name));
}

/** The format that can parse most of these lines; undefined if none can parse any. */
export function findFormat(lines: readonly RawLine[], jsonFields: JsonFields): LogFormat | undefined {
  let best: LogFormat | undefined;
  let most = 0;
  for (const format of formats) {
    const parse = format.createParser(jsonFields);
    const read = lines.filter((line) => typeof (parse(line) ?? '') === 'object').length;
    if (read > most) [best, most] = [format, read];
  }
  return best;
}
