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
/** One client's small bodies may have so much of what is kept for those of all clients, but always enough for one. */
const shareOfRoom = 1 / 8;
/** One client may have so much of the whole, but always enough for one body of the largest size. */
const shareOfClient = 1 / 2;
const leastShare = 16_000_000;

/**
 * Nothing is reserved by what a client announces: only bytes that have arrived count. A client may hold half of `limit`; large
 * bodies stop an eighth before the end, of the whole as of each share. Of that last eighth of the whole a client gets small bodies
 * in only while all that it holds are an eighth of it. So a few addresses with stalled uploads, large or small, keep no small request
 * of another out; for that it takes those of eight addresses more, or fewer where `limit` is below 4 MB.
 */
export function createByteBudget(limit: number): ByteBudget {
  const share = Math.min(limit, Math.max(limit * shareOfClient, leastShare));
  const largestBody = Math.max(Math.min(smallBodyBytes, share), Math.floor(share * (1 - roomForSmall)));
  const mostInRoom = Math.max(smallBodyBytes, limit * roomForSmall * shareOfRoom);
  const ofClients = new Map<string, number>();
  const smallOfClients = new Map<string, number>();
  let used = 0;
  let texts = 0;

  function add(to: Map<string, number>, client: string, bytes: number): void {
    const next = (to.get(client) ?? 0) + bytes;
    if (next === 0) to.delete(client);
    else to.set(client, next);
  }

  function fits(client: string, bytes: number, isSmall: boolean): boolean {
    const part = isSmall ? 1 : 1 - roomForSmall;
    if (used + bytes > limit * part || (ofClients.get(client) ?? 0) + bytes > share * part) return false;
    return used + bytes <= limit * (1 - roomForSmall) || (smallOfClients.get(client) ?? 0) + bytes <= mostInRoom;
  }

  return {
    hold(client) {
      let held = 0;
      let ownText = 0;
      const smallPart = () => (held <= smallBodyBytes ? held : 0);
      const change = (bytes: number) => {
        const before = smallPart();
        held += bytes;
        used += bytes;
        add(ofClients, client, bytes);
        add(smallOfClients, client, smallPart() - before);
      };
      return {
        take(bytes) {
          if (!fits(client, bytes, held + bytes <= smallBodyBytes)) return false;
          change(bytes);
          return true;
        },
        give: (bytes) => change(-bytes),
        release() {
          change(-held);
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
