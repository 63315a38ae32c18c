/** An answer as it is kept. */

export interface KeptAnswer {
  version: string;
  identity: string;
  /** JSON of all but `meta`. */
  body: Buffer;
  meta: object | undefined;
  /** Milliseconds since 1970, by the clock of the process that computed it. */
  computedAt: number;
}

/** What an entry takes besides its body, about. */
const overhead = 500;

export const bytesOf = ({ body, meta }: KeptAnswer): number =>
  body.length + overhead + (meta === undefined ? 0 : JSON.stringify(meta).length);
