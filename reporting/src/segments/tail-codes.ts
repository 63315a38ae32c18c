/** What the tail calls values and users: codes of its own, which stay, and numbers for users who have none yet. */

/** Values that the site's dictionary does not have: they have the codes after its last. */
export interface AddedValues {
  texts: string[];
  codes: Map<string, number>;
}

/** Values of a column; the first has code 1. Codes are only ever added. */
export interface TailTexts {
  codes: Map<string, number>;
  list: string[];
  /** What they are for questions, as of a dictionary of a certain size. */
  siteCodes?: SiteCodes;
}

export interface SiteCodes {
  stored: number;
  /** By code of the tail. */
  codes: number[];
  /** Values that the dictionary does not have. */
  added: AddedValues;
}

export const createTexts = (): TailTexts => ({ codes: new Map(), list: [] });

export function codeOfText({ codes, list }: TailTexts, text: string): number {
  const known = codes.get(text);
  if (known !== undefined) return known;
  const code = list.push(text);
  codes.set(text, code);
  return code;
}

/** The code that a text has in the site's dictionary. */
export type StoredCodeOf = (text: string) => number | undefined;

/** Codes of the site for all that the tail has so far; known ones stay as long as the dictionary does. */
export function toSiteCodes(texts: TailTexts, stored: number, storedCode: StoredCodeOf): SiteCodes {
  if (texts.siteCodes?.stored !== stored) {
    texts.siteCodes = { stored, codes: [0], added: { texts: [], codes: new Map() } };
  }
  const { codes, added } = texts.siteCodes;
  for (let at = codes.length - 1; at < texts.list.length; at += 1) {
    const text = texts.list[at]!;
    const known = storedCode(text);
    if (known === undefined) added.codes.set(text, stored + added.texts.push(text));
    codes.push(known ?? added.codes.get(text)!);
  }
  return texts.siteCodes;
}

/** Users without a number of their own have those after the last one that was given. */
export interface TailUsers {
  lastVisitorNo: number;
  numbers: Map<string, number>;
  list: string[];
}

export const createUsers = (lastVisitorNo: number): TailUsers => ({ lastVisitorNo, numbers: new Map(), list: [] });

export function numberOfUser({ lastVisitorNo, numbers, list }: TailUsers, user: string): number {
  const known = numbers.get(user);
  if (known !== undefined) return known;
  const number = lastVisitorNo + list.push(user);
  numbers.set(user, number);
  return number;
}

/** Users without a number, for one question: those of the tail, and others. */
export interface QueryUsers {
  /** In the order of their numbers. */
  readonly list: string[];
  numberOf(user: string): number;
}

/** `tail` may have got more users than the `count` of this question since. */
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
