/** The tail's own codes for values, which never change, and provisional numbers for users who have no visitor number yet. */

/** Values that are not in the site's dictionary; their codes continue after its last. */
export interface AddedValues {
  texts: string[];
  codes: Map<string, number>;
}

/** Values of a column; the first has code 1. Codes are only added, never changed. */
export interface TailTexts {
  codes: Map<string, number>;
  list: string[];
  /** Their codes in the site's dictionary, at its size when they were last looked up. */
  siteCodes?: SiteCodes;
}

export interface SiteCodes {
  stored: number;
  /** By tail code. */
  codes: number[];
  /** Values that are not in the dictionary. */
  added: AddedValues;
}

export const createTexts = (): TailTexts => ({ codes: new Map(), list: [] });

export function codeOfText({ codes, list }: TailTexts, text: string): number {
  const existing = codes.get(text);
  if (existing !== undefined) return existing;
  const code = list.push(text);
  codes.set(text, code);
  return code;
}

/** Returns the code of a text in the site's dictionary. */
export type StoredCodeOf = (text: string) => number | undefined;

/** Maps the tail's codes to those of the site. An existing mapping is extended unless the dictionary has grown since. */
export function toSiteCodes(texts: TailTexts, stored: number, storedCode: StoredCodeOf): SiteCodes {
  if (texts.siteCodes?.stored !== stored) {
    texts.siteCodes = { stored, codes: [0], added: { texts: [], codes: new Map() } };
  }
  const { codes, added } = texts.siteCodes;
  for (let at = codes.length - 1; at < texts.list.length; at += 1) {
    const text = texts.list[at]!;
    const existing = storedCode(text);
    if (existing === undefined) added.codes.set(text, stored + added.texts.push(text));
    codes.push(existing ?? added.codes.get(text)!);
  }
  return texts.siteCodes;
}

/** Users without a visitor number; their provisional numbers continue after the last one assigned. */
export interface TailUsers {
  lastVisitorNo: number;
  numbers: Map<string, number>;
  list: string[];
}

export const createUsers = (lastVisitorNo: number): TailUsers => ({ lastVisitorNo, numbers: new Map(), list: [] });

export function numberOfUser({ lastVisitorNo, numbers, list }: TailUsers, user: string): number {
  const existing = numbers.get(user);
  if (existing !== undefined) return existing;
  const number = lastVisitorNo + list.push(user);
  numbers.set(user, number);
  return number;
}

/** Users without a visitor number in one query: those of the tail, and others. */
export interface QueryUsers {
  /** In the order of their numbers. */
  readonly list: string[];
  numberOf(user: string): number;
}

/** The tail may have more users than the `userCount` of this query by now. */
export function queryUsers(lastVisitorNo: number, tail?: { users: TailUsers; userCount: number }): QueryUsers {
  const list = tail ? tail.users.list.slice(0, tail.userCount) : [];
  const own = new Map<string, number>();
  return {
    list,
    numberOf(user) {
      const tailNumber = tail?.users.numbers.get(user);
      if (tailNumber !== undefined && tailNumber <= lastVisitorNo + tail!.userCount) return tailNumber;
      const number = own.get(user) ?? lastVisitorNo + list.push(user);
      own.set(user, number);
      return number;
    },
  };
}
