/** How many bytes of requests this process takes at a time, and how much of that one client and large bodies may have. */

/** What one request holds. */
export interface Holding {
  /** False when there is no room for `bytes` more; then nothing was taken. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  /** Gives back all that it holds; again, nothing. */
  release(): void;
  /** From now on what it holds is text on the heap; before, it lies outside in buffers. */
  becomeText(): void;
  /** Bytes of all requests that have become text. */
  texts(): number;
  readonly largestBody: number;
}

export interface ByteBudget {
  /** Starts with nothing; `client` is the sender's address. */
  hold(client: string): Holding;
  readonly used: number;
  /** No body larger than this ever finds room, so that telling its sender to retry would be a lie. */
  readonly largestBody: number;
}

/** Bodies up to here are small: they find room when large ones have taken all that those may have. */
export const smallBodyBytes = 64_000;
/** What is kept for small bodies, of the whole and of each client's share. */
const roomForSmall = 1 / 8;
/** One client may have so much of the whole, but always enough for one body of the largest size. */
const shareOfClient = 1 / 2;
const leastShare = 16_000_000;

/**
 * Nothing is reserved by what a client announces: only bytes that have arrived count. A client may hold half of `limit`; large
 * bodies stop an eighth before the end, of the whole as of each share. So stalled uploads never keep small requests out, neither
 * those of others nor those from the same address.
 */
export function createByteBudget(limit: number): ByteBudget {
  const share = Math.min(limit, Math.max(limit * shareOfClient, leastShare));
  const largestBody = Math.max(Math.min(smallBodyBytes, share), Math.floor(share * (1 - roomForSmall)));
  const ofClients = new Map<string, number>();
  let used = 0;
  let texts = 0;

  function change(client: string, bytes: number): void {
    used += bytes;
    const next = (ofClients.get(client) ?? 0) + bytes;
    if (next === 0) ofClients.delete(client);
    else ofClients.set(client, next);
  }

  function fits(client: string, bytes: number, isSmall: boolean): boolean {
    const part = isSmall ? 1 : 1 - roomForSmall;
    return used + bytes <= limit * part && (ofClients.get(client) ?? 0) + bytes <= share * part;
  }

  return {
    hold(client) {
      let held = 0;
      let ownText = 0;
      const give = (bytes: number) => {
        held -= bytes;
        change(client, -bytes);
      };
      return {
        take(bytes) {
          if (!fits(client, bytes, held + bytes <= smallBodyBytes)) return false;
          held += bytes;
          change(client, bytes);
          return true;
        },
        give,
        release() {
          give(held);
          texts -= ownText;
          ownText = 0;
        },
        becomeText() {
          texts += held - ownText;
          ownText = held;
        },
        // Not a getter, which an object that is made for each request would pay for each time.
        texts: () => texts,
        largestBody,
      };
    },
    get used() {
      return used;
    },
    largestBody,
  };
}
