/** Accepts some times that do not exist, such as 30 February. */
export const instantPattern =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d))$/;

/** `month` is 1 to 12. */
function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Parses `YYYY-MM-DDTHH:MM[:SS[.fraction]]` with `Z` or an offset of up to 14 hours into milliseconds since 1970, rounded down.
 * Undefined for anything else: other formats, 30 February, hour 24, leap seconds, years before 100.
 */
export function parseInstant(text: string): number | undefined {
  const match = instantPattern.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute] = [+match[1]!, +match[2]!, +match[3]!, +match[4]!, +match[5]!];
  const second = match[6] === undefined ? 0 : +match[6];
  // Date.UTC maps years before 100 to the 1900s.
  if (year < 100) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const millisecond = match[7] === undefined ? 0 : +match[7].slice(0, 3).padEnd(3, '0');
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  if (match[8] === undefined) return utcMs;
  const offsetMinutes = +match[9]! * 60 + +match[10]!;
  if (+match[10]! > 59 || offsetMinutes > 14 * 60) return undefined;
  return match[8] === '+' ? utcMs - offsetMinutes * 60_000 : utcMs + offsetMinutes * 60_000;
}
