/** Whom the events of a request are counted for, or why they are refused: keys and rates. */
import type { KeyRing } from '@millrace/shared/access/key-ring';
import type { Access } from '@millrace/shared/access/keys';
import { createRateLimit, type RateLimit, rateLimited } from '@millrace/shared/access/rate-limit';
import { allows, keyNeeded, missingScope } from '@millrace/shared/access/require-scope';
import { invalidKeyMessage, type Refusal, ServiceError } from '@millrace/shared/platform/errors';
import { isConnectionError } from '@millrace/shared/platform/postgres';

/** Whose events these are. */
export interface Sender {
  /** The only site that they may be of; null: any. */
  siteId: string | null;
  /** False where no key is needed. */
  hasKey: boolean;
  /** Its key stands in a page for everybody to see. */
  isPublic: boolean;
  clients: string[];
}

/** What a request shows at the door. */
export interface Shown {
  /** From a header. */
  key: string | undefined;
  /** What stands in the address, for want of a header. */
  keyInAddress?: string | undefined;
  /** The sender's address, by which it is counted. */
  client: string;
  /** Of the page that sent it. */
  origin?: string | undefined;
}

export type Admission = { sender: Sender; refusal?: undefined } | { sender?: undefined; refusal: Refusal };

export interface Admit {
  admit(shown: Shown): Promise<Admission>;
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
  /** Of each address that uses a public key. */
  pageEventsPerSecond: number;
}

/** A sender may be this much ahead of the rate. */
const burstSeconds = 10;

/** Addresses end up in logs and histories, so that a key in one may be of use to no one but senders of one site's events. */
const isHarmless = ({ scopes, siteId }: Access) => siteId !== null && scopes.every((scope) => scope === 'write');

/** Why a page may not use the key; undefined where it may. */
function refuseOrigin({ origins }: Access, origin: string | undefined): Refusal | undefined {
  if (origins === null || (origin !== undefined && origins.includes(origin))) return undefined;
  const message = `This key is for pages of ${origins.join(', ')}; this request comes from ${origin ?? 'no page'}.`;
  return { code: 'forbidden', message };
}

async function takeOfAll(limit: RateLimit, clients: string[], points: number): Promise<number | undefined> {
  const waits = await Promise.all(clients.map((client) => limit.consume(client, points)));
  if (waits.every((wait) => wait === undefined)) return undefined;
  const counted = clients.filter((_client, index) => waits[index] === undefined);
  await Promise.all(counted.map((client) => limit.refund(client, points)));
  return Math.max(...waits.map((wait) => wait ?? 0));
}

/** What is said where no key was sent: a page must not be told to show a secret one to everybody. */
const noKey = (origin: string | undefined): string =>
  origin === undefined
    ? keyNeeded('write')
    : `Pages need a public key, as \`data-key\` of the script or \`?key=\` of the address. \`npm run keys -- create --name NAME --scope write --site SITE --origin https://shop.example\` creates one.`;

/** Who a key is, or why it does not let its request pass. */
async function checkKey(keys: KeyRing, { key: inHeader, keyInAddress, client, origin }: Shown): Promise<Admission> {
  const key = inHeader ?? keyInAddress;
  const access = key && (await keys.find(key, client));
  if (!access) return { refusal: { code: 'unauthorized', message: key ? invalidKeyMessage : noKey(origin) } };
  if (!allows(access, 'write')) return { refusal: missingScope('write') };
  if (inHeader === undefined && !isHarmless(access)) {
    const message = 'A key in an address must have the scope "write" only and be limited to one site.';
    return { refusal: { code: 'forbidden', message } };
  }
  const refusal = refuseOrigin(access, origin);
  if (refusal) return { refusal };
  const isPublic = access.origins !== null;
  return { sender: { siteId: access.siteId, hasKey: true, isPublic, clients: [access.keyId] } };
}

/** Visitors of a page have no say in the settings of the server. */
function refuseLarge(events: number, perSecond: number, { isPublic }: Sender): Refusal {
  const rate = `${perSecond} events a second${isPublic ? '' : ' (INGEST_RATE_LIMIT)'}`;
  const message = `The request holds ${events} events, which is larger than ten seconds' worth at the limit of ${rate}. Send at most ${perSecond * burstSeconds} at once.`;
  return { code: 'too_many_events', message };
}

/** Undefined when everybody may send as much as they like: then a request costs nothing here. */
export function createAdmit({ keys, eventsPerSecond, pageEventsPerSecond }: AdmitOptions): Admit | undefined {
  if (!keys && eventsPerSecond === 0) return undefined;
  const limitOf = (perSecond: number) =>
    perSecond === 0 ? undefined : createRateLimit(perSecond * burstSeconds, burstSeconds);
  const [limit, pageLimit] = [limitOf(eventsPerSecond), limitOf(pageEventsPerSecond)];

  /** A page of one visitor must not use up what all visitors of the site may send. */
  function limitsOf({ isPublic }: Sender) {
    return isPublic ? { limit: pageLimit, perSecond: pageEventsPerSecond } : { limit, perSecond: eventsPerSecond };
  }

  return {
    async admit(shown) {
      try {
        const anyone = { sender: { siteId: null, hasKey: false, isPublic: false, clients: [] as string[] } };
        const admission: Admission = keys ? await checkKey(keys, shown) : anyone;
        const { sender } = admission;
        if (sender?.isPublic) sender.clients = [`${sender.clients[0]} ${shown.client}`];
        else if (limit) sender?.clients.push(shown.client);
        return admission;
      } catch (error) {
        if (error instanceof ServiceError) return { refusal: error };
        if (isConnectionError(error)) return { refusal: { code: 'database_unavailable' } };
        throw error;
      }
    },
    async count(sender, events) {
      const { limit: counted, perSecond } = limitsOf(sender);
      if (!counted) return undefined;
      if (events > perSecond * burstSeconds) return refuseLarge(events, perSecond, sender);
      const wait = await takeOfAll(counted, sender.clients, events);
      return wait === undefined ? undefined : rateLimited('events', wait);
    },
    async giveBack(sender, events) {
      const { limit: counted } = limitsOf(sender);
      if (counted) await Promise.all(sender.clients.map((client) => counted.refund(client, events)));
    },
  };
}
