/** Turns the key and the address of a request into whom its events are counted for, or into a refusal. */
import type { IncomingMessage } from 'node:http';
import type { KeyRing } from '@millrace/shared/access/key-ring';
import { clientOf, createRateLimit, type TrustedProxies, tooMuch } from '@millrace/shared/access/rate-limit';
import { allows, bearerKey, lacks } from '@millrace/shared/access/require-scope';
import type { Refusal } from '@millrace/shared/errors';
import { isConnectionError } from '@millrace/shared/postgres';

/** Whose events these are. */
export interface Sender {
  /** The only site that they may be of; null: any. */
  siteId: string | null;
  clients: string[];
}

export type Admission = { sender: Sender; refusal?: undefined } | { refusal: Refusal };

export interface Admit {
  admit(req: IncomingMessage): Promise<Admission>;
  /** Counts events for their sender; a refusal when there are too many. */
  count(sender: Sender, events: number): Promise<Refusal | undefined>;
}

export interface AdmitOptions {
  /** Undefined: no key is needed. */
  keys?: KeyRing | undefined;
  /** Per key and per address; 0: any number. */
  eventsPerSecond: number;
  isTrustedProxy: TrustedProxies;
}

/** A sender may be this much ahead of the rate. */
const burstSeconds = 10;

/** Undefined when everybody may send as much as they like: then a request costs nothing here. */
export function createAdmit({ keys, eventsPerSecond, isTrustedProxy }: AdmitOptions): Admit | undefined {
  if (!keys && eventsPerSecond === 0) return undefined;
  const limit = eventsPerSecond === 0 ? undefined : createRateLimit(eventsPerSecond * burstSeconds, burstSeconds);

  async function checkKey(key: string | undefined): Promise<Admission> {
    if (!keys) return { sender: { siteId: null, clients: [] } };
    const access = key && (await keys.find(key));
    if (!access) return { refusal: { code: 'unauthorized' } };
    if (!allows(access, 'write')) return { refusal: lacks('write') };
    return { sender: { siteId: access.siteId, clients: [access.keyId] } };
  }

  return {
    async admit(req) {
      try {
        const admission = await checkKey(bearerKey(req.headers.authorization));
        if (limit && admission.refusal === undefined) {
          const { remoteAddress } = req.socket;
          admission.sender.clients.push(clientOf(remoteAddress, req.headers['x-forwarded-for'], isTrustedProxy));
        }
        return admission;
      } catch (error) {
        if (isConnectionError(error)) return { refusal: { code: 'database_unavailable' } };
        throw error;
      }
    },
    async count({ clients }, events) {
      const waits = limit ? await Promise.all(clients.map((client) => limit.take(client, events))) : [];
      const wait = Math.max(0, ...waits.map((seconds) => seconds ?? 0));
      return wait === 0 ? undefined : tooMuch('events', wait);
    },
  };
}
