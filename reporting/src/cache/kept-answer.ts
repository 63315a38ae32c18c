/** An answer as it is kept. */

/** What data a question or an answer is about. */
export interface DataMoment {
  /** Of question, meaning and data: two that are the same have the same answer. */
  version: string;
  /** Of what the question means, and of the history of the data: only moments of the same are older or newer than each other. */
  meaning: string;
  /** How much of what was ever committed is in it; compared as text, a larger one has all that a smaller one has. */
  position: string;
}

export interface KeptAnswer extends DataMoment {
  identity: string;
  /** JSON of all but `meta`. */
  body: Buffer;
  meta: object | undefined;
  /** When its data were read: milliseconds since 1970, by the clock of the process that computed it. */
  computedAt: number;
}

/** Whether one has all data that the other has, and more. */
export const isNewer = (one: Omit<DataMoment, 'version'>, other: Omit<DataMoment, 'version'>): boolean =>
  one.meaning === other.meaning && one.position > other.position;

/**
 * An answer is right for whoever asked at `asked`: made of the same data, or of newer data than there was then, which only happens to
 * who looked before it was computed.
 */
export const isAnswerTo = (
  asked: DataMoment,
  answer: Omit<DataMoment, 'version'> & { version: string | undefined },
): boolean => answer.version === asked.version || isNewer(answer, asked);

/** What an entry takes besides its body, about. */
const overhead = 500;

export const bytesOf = ({ body, meta }: KeptAnswer): number =>
  body.length + overhead + (meta === undefined ? 0 : JSON.stringify(meta).length);
