import { isCalendarDate } from '@millrace/shared/time/time';
import { nearestName } from './nearest-name.js';
import { rangeNames, rangeRule } from './query-names.js';
import { quoted } from './refuse.js';

const date = /^\d{4}-\d{2}-\d{2}$/;
const withoutZone = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;

/** Completes a sentence that starts with the field. */
export function rangeProblem(sent: unknown): string {
  if (typeof sent === 'string') return nameProblem(sent) ?? rangeRule;
  const ends = Array.isArray(sent) ? sent.filter((end) => typeof end === 'string') : [];
  return ends.map(endProblem).find((problem) => problem !== undefined) ?? rangeRule;
}

function nameProblem(sent: string): string | undefined {
  if (isCalendarDate(sent)) return `is a single date; for that day write ["${sent}", "${sent}"]`;
  const name = sent
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  const meant = /^[1-9]\d{0,4}d$/.test(name) ? name : nearestName(name, rangeNames.filter(isWord));
  return meant && `is ${quoted(sent)}, which is not a range; did you mean ${meant}?`;
}

/** Short names such as 7d are close to nearly any short text. */
const isWord = (name: string) => !/\d/.test(name);

function endProblem(end: string): string | undefined {
  if (date.test(end) && !isCalendarDate(end)) return `has the date ${end}, which does not exist`;
  if (!withoutZone.test(end)) return undefined;
  return `has the time ${end} without a time zone: write ${end.replace(' ', 'T')}Z, or an offset such as +05:30 instead of Z`;
}
