/** Explains common errors in cron expressions: a number out of range, or a day that no month has. */

const ranges = [
  ['second', 0, 59],
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['day of month', 1, 31],
  ['month', 1, 12],
  ['day of week', 0, 7],
] as const;

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isNumber = (text: string) => /^\d+$/.test(text);
const numbersOf = (list: string) => list.split(',').map(Number);
const isListOfNumbers = (list: string) => list.split(',').every(isNumber);

function rangeProblem(field: string, [name, least, most]: (typeof ranges)[number]): string | undefined {
  for (const part of field.split(',')) {
    const [values = '', step] = part.split('/');
    const wrong = values.split('-').find((text) => isNumber(text) && (Number(text) < least || Number(text) > most));
    if (wrong !== undefined) return `${name} ${wrong} is not between ${least} and ${most}`;
    if (step !== undefined && isNumber(step) && Number(step) === 0) return `${name} has a step of 0`;
  }
  return undefined;
}

/** The rest of a sentence that begins with the expression; undefined if nothing is wrong or only the libraries can tell. */
export function findCronProblem(expression: string): string | undefined {
  const given = expression.trim().split(/\s+/);
  const before = ranges.length - given.length;
  if (before < 0 || before > 1) return undefined;
  for (const [index, field] of given.entries()) {
    const problem = rangeProblem(field, ranges[index + before]!);
    if (problem !== undefined) return `is not a cron expression: ${problem}`;
  }
  const [days, months, weekdays] = given.slice(-3) as [string, string, string];
  const isByDate = weekdays === '*' || weekdays === '?';
  if (!isByDate || !isListOfNumbers(days) || !isListOfNumbers(months)) return undefined;
  const longest = Math.max(...numbersOf(months).map((month) => longestMonths[month - 1]!));
  return Math.min(...numbersOf(days)) > longest ? `never fires: no such month has a day ${days}` : undefined;
}
