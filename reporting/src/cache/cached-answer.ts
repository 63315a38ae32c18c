/** The state of the data that a request or an answer is about. */
export interface DataVersionKey {
  /** Hash of query, meaning and data: the same version has the same answer. */
  version: string;
  /** Hash of the meaning of the query and the history of the data. Only within the same meaning can positions be compared. */
  meaning: string;
  /** How much has been committed; compared as text, a larger position includes everything of a smaller one. */
  position: string;
}

export interface CachedAnswer extends DataVersionKey {
  identity: string;
  /** JSON of everything but `meta`. */
  body: Buffer;
  meta: object | undefined;
  /** When the data was read: milliseconds since 1970, by the clock of the process that computed it. */
  computedAt: number;
}

/** Whether `one` includes all data of `other`, and more. */
export const isNewer = (one: Omit<DataVersionKey, 'version'>, other: Omit<DataVersionKey, 'version'>): boolean =>
  one.meaning === other.meaning && one.position > other.position;

/**
 * An answer is right for a request if it is made of the same data, or of newer data, which happens when the request was looked up
 * before the answer was computed.
 */
export const isAnswerTo = (
  request: DataVersionKey,
  answer: Omit<DataVersionKey, 'version'> & { version: string | undefined },
): boolean => answer.version === request.version || isNewer(answer, request);

/** Approximate size of an entry besides its body. */
const entryOverheadBytes = 500;

export const bytesOf = ({ body, meta }: CachedAnswer): number =>
  body.length + entryOverheadBytes + (meta === undefined ? 0 : JSON.stringify(meta).length);
