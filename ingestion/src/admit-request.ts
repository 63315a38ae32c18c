/** Whom the events of a request are counted for, or why they are refused: keys and rates. */
import type { KeyRing } from '@millrace/shared/access/key-ring';
import type { Access } from '@millrace/shared/access/keys';
import { createRateLimit, type RateLimit, tooMuch } from '@millrace/shared/access/rate-limit';
import { allows, keyNeeded, lacks } from '@millrace/shared/access/require-scope';
import { type Refusal, ServiceError, wrongKey } from '@millrace/shared/errors';
import { isConnectionError } from '@millrace/shared/postgres';

/** Whose events these are. */
export interface Sender {
  /** The only site that they may be of; null: any. */
  siteId: string | null;
  /** False where no key is needed. */
  hasKey: boolean;
  clients: string[];
}

export type Admission = { sender: Sender; refusal?: undefined } | { sender?: undefined; refusal: Refusal };

export interface Admit {
  /** `key` comes from a header; `client` is the sender's address; `keyInAddress` what stands in the URL, for want of a header. */
  admit(key: string | undefined, client: string, keyInAddress?: string): Promise<Admission>;
  /** Counts events for their sender; a refusal when there are too many. What is refused is not counted. */
  count(sender: Sender, events: number): Promise<Refusal | undefined>;
  /** Takes back events that were counted and then not stored: what its sender is told to retry must not cost it twice. */
  giveBack(sender: Sender, events: number): Promise<void>;
}

export interface AdmitOptions {
  /** Undefined: no key is needed. */
  keys?: KeyRing | undefined;
  /** Per key and per address; 0: any number. */
  eventsPerSecond: number;
}

/** A sender may be this much ahead of the rate. */
const burstSeconds = 10;

/** Addresses end up in logs and histories, so that a key in one may be of use to no one but senders of one site's events. */
const isPublic = ({ scopes, siteId }: Access) => siteId !== null && scopes.every((scope) => scope === 'write');

async function takeOfAll(limit: RateLimit, clients: string[], points: number): Promise<number | undefined> {
  const waits = await Promise.all(clients.map((client) => limit.take(client, points)));
  if (waits.every((wait) => wait === undefined)) return undefined;
  const counted = clients.filter((_client, index) => waits[index] === undefined);
  await Promise.all(counted.map((client) => limit.giveBack(client, points)));
  return Math.max(...waits.map((wait) => wait ?? 0));
}

/** Undefined when everybody may send as much as they like: then a request costs nothing here. */
export function createAdmit({ keys, eventsPerSecond }: AdmitOptions): Admit | undefined {
  if (!keys && eventsPerSecond === 0) return undefined;
  const atOnce = eventsPerSecond * burstSeconds;
  const limit = eventsPerSecond === 0 ? undefined : createRateLimit(atOnce, burstSeconds);

  async function checkKey(
    header: string | undefined,
    inAddress: string | undefined,
    client: string,
  ): Promise<Admission> {
    if (!keys) return { sender: { siteId: null, hasKey: false, clients: [] } };
    const key = header ?? inAddress;
    const access = key && (await keys.find(key, client));
    if (!access) return { refusal: { code: 'unauthorized', message: key ? wrongKey : keyNeeded('write') } };
    if (!allows(access, 'write')) return { refusal: lacks('write') };
    if (header === undefined && !isPublic(access)) {
      const message = 'A key in an address must have the scope "write" only and be limited to one site.';
      return { refusal: { code: 'forbidden', message } };
    }
    return { sender: { siteId: access.siteId, hasKey: true, clients: [access.keyId] } };
  }

  return {
    async admit(key, client, keyInAddress) {
      try {
        const admission = await checkKey(key, keyInAddress, client);
        if (limit) admission.sender?.clients.push(client);
        return admission;
      } catch (error) {
        if (error instanceof ServiceError) return { refusal: error };
        if (isConnectionError(error)) return { refusal: { code: 'database_unavailable' } };
        throw error;
      }
    },
    async count({ clients }, events) {
      if (!limit) return undefined;
      if (events > atOnce) {
        const message = `The request holds ${events} events, which is larger than ten seconds' worth at the limit of ${eventsPerSecond} events a second (INGEST_RATE_LIMIT). Send at most ${atOnce} at once.`;
        return { code: 'too_many_events', message };
      }
      const wait = await takeOfAll(limit, clients, events);
      return wait === undefined ? undefined : tooMuch('events', wait);
    },
    async giveBack({ clients }, events) {
      if (limit) await Promise.all(clients.map((client) => limit.giveBack(client, events)));
    },
  };
}
