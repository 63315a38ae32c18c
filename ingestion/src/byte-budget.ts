/** Limits the bytes of concurrent requests, in total, per client and for large bodies. */

/** The bytes reserved by one request. */
export interface Holding {
  /** Returns false, and reserves nothing, if there is no room for `bytes` more. */
  reserve(bytes: number): boolean;
  free(bytes: number): void;
  /** Frees everything; idempotent. */
  release(): void;
  /** Call when the body is converted from buffers outside the heap to text on the heap. */
  becomeText(): void;
  /** Bytes of all requests that are text. */
  texts(): number;
  readonly largestBody: number;
}

export interface ByteBudget {
  /** Starts with no bytes; `client` is the sender's address. */
  hold(client: string): Holding;
  readonly used: number;
  /** A larger body never finds room, so retrying it is pointless. */
  readonly largestBody: number;
}

/** Bodies up to this size still find room when large ones have used up their share. */
const smallBodyBytes = 64_000;
/** Part of the limit, and of each client's share, that only small bodies may use. */
const smallPart = 1 / 8;
/** Part of that room that one client may use, but always enough for one small body. */
const clientPartOfSmall = 1 / 8;
/** Part of the limit that one client may use, but always enough for one body of the largest size. */
const clientPart = 1 / 2;
const minClientBytes = 16_000_000;

/**
 * Only bytes that have arrived count, not announced ones. A client may use half of `limit`. The last eighth of the limit, and of
 * each client's share, is for small bodies only, and a client may use an eighth of the limit's last eighth. So a few addresses
 * with stalled uploads, large or small, cannot block small requests of others; that takes eight more addresses, or fewer if
 * `limit` is below 4 MB.
 */
export function createByteBudget(limit: number): ByteBudget {
  const share = Math.min(limit, Math.max(limit * clientPart, minClientBytes));
  const largestBody = Math.max(Math.min(smallBodyBytes, share), Math.floor(share * (1 - smallPart)));
  const maxSmallBytes = Math.max(smallBodyBytes, limit * smallPart * clientPartOfSmall);
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
    const part = isSmall ? 1 : 1 - smallPart;
    if (used + bytes > limit * part || (ofClients.get(client) ?? 0) + bytes > share * part) return false;
    return used + bytes <= limit * (1 - smallPart) || (smallOfClients.get(client) ?? 0) + bytes <= maxSmallBytes;
  }

  return {
    hold(client) {
      let held = 0;
      let ownText = 0;
      const smallBytes = () => (held <= smallBodyBytes ? held : 0);
      const change = (bytes: number) => {
        const before = smallBytes();
        held += bytes;
        used += bytes;
        add(ofClients, client, bytes);
        add(smallOfClients, client, smallBytes() - before);
      };
      return {
        reserve(bytes) {
          if (!fits(client, bytes, held + bytes <= smallBodyBytes)) return false;
          change(bytes);
          return true;
        },
        free: (bytes) => change(-bytes),
        release() {
          change(-held);
          texts -= ownText;
          ownText = 0;
        },
        becomeText() {
          texts += held - ownText;
          ownText = held;
        },
        // Not a getter, because creating one for each request is slow.
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
