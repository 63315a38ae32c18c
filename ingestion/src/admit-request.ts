/** Checks the key of a request and the rate of its sender. */
import type { KeyRing } from '@millrace/shared/access/key-ring';
import type { Access } from '@millrace/shared/access/keys';
import { createRateLimit, type RateLimit, rateLimited } from '@millrace/shared/access/rate-limit';
import { allows, keyNeeded, missingScope } from '@millrace/shared/access/require-scope';
import { invalidKeyMessage, type Refusal, ServiceError } from '@millrace/shared/platform/errors';
import { isConnectionError } from '@millrace/shared/platform/postgres';

export interface Sender {
  /** The site that the events must be for; null: any. */
  siteId: string | null;
  /** False if no key is required. */
  hasKey: boolean;
  /** The key is public: it is visible in a page's source. */
  isPublic: boolean;
  /** Ids under which the events are counted. */
  clients: string[];
}

interface Credentials {
  /** From a header. */
  key: string | undefined;
  /** From the URL, used if no header has a key. */
  keyInUrl?: string | undefined;
  /** The sender's address, for counting. */
  client: string;
  /** Origin of the page that sent the request. */
  origin?: string | undefined;
}

type Admission = { sender: Sender; refusal?: undefined } | { sender?: undefined; refusal: Refusal };

export interface Admit {
  admit(credentials: Credentials): Promise<Admission>;
  /** Counts events for their sender; returns a refusal if there are too many, without counting them. */
  count(sender: Sender, events: number): Promise<Refusal | undefined>;
  /** Takes back events that were counted but not stored, so that a retry is not counted twice. */
  refund(sender: Sender, events: number): Promise<void>;
}

export interface AdmitOptions {
  /** Undefined: no key is required. */
  keys?: KeyRing | undefined;
  /** Per key and per address; 0: any number. */
  eventsPerSecond: number;
  /** Per address, for public keys. */
  pageEventsPerSecond: number;
}

/** A sender may send this many seconds' worth at once. */
const burstSeconds = 10;

/** URLs end up in logs and browser histories, so a key in a URL must only allow sending events of one site. */
const isAllowedInUrl = ({ scopes, siteId }: Access) => siteId !== null && scopes.every((scope) => scope === 'write');

/** Refuses a public key that is used from another origin. */
function refuseOrigin({ origins }: Access, origin: string | undefined): Refusal | undefined {
  if (origins === null || (origin !== undefined && origins.includes(origin))) return undefined;
  const message = `This key is for pages of ${origins.join(', ')}; this request comes from ${origin ?? 'no page'}.`;
  return { code: 'forbidden', message };
}

/** Consumes points of all clients or of none. */
async function consumeAll(limit: RateLimit, clients: string[], points: number): Promise<number | undefined> {
  const waits = await Promise.all(clients.map((client) => limit.consume(client, points)));
  if (waits.every((wait) => wait === undefined)) return undefined;
  const counted = clients.filter((_client, index) => waits[index] === undefined);
  await Promise.all(counted.map((client) => limit.refund(client, points)));
  return Math.max(...waits.map((wait) => wait ?? 0));
}

/** Must not tell pages to use a secret key, which everyone could see. */
const noKey = (origin: string | undefined): string =>
  origin === undefined
    ? keyNeeded('write')
    : `Pages need a public key, as \`data-key\` of the script or \`?key=\` in the URL. \`npm run keys -- create --name NAME --scope write --site SITE --origin https://shop.example\` creates one.`;

async function checkKey(
  keys: KeyRing,
  { key: keyInHeader, keyInUrl, client, origin }: Credentials,
): Promise<Admission> {
  const key = keyInHeader ?? keyInUrl;
  const access = key && (await keys.find(key, client));
  if (!access) return { refusal: { code: 'unauthorized', message: key ? invalidKeyMessage : noKey(origin) } };
  if (!allows(access, 'write')) return { refusal: missingScope('write') };
  if (keyInHeader === undefined && !isAllowedInUrl(access)) {
    const message = 'A key in the URL must have only the scope "write" and be limited to one site.';
    return { refusal: { code: 'forbidden', message } };
  }
  const refusal = refuseOrigin(access, origin);
  if (refusal) return { refusal };
  const isPublic = access.origins !== null;
  return { sender: { siteId: access.siteId, hasKey: true, isPublic, clients: [access.keyId] } };
}

/** Names the setting only for secret keys, since visitors of a page cannot change it. */
function refuseLarge(events: number, perSecond: number, { isPublic }: Sender): Refusal {
  const rate = `${perSecond} events a second${isPublic ? '' : ' (INGEST_RATE_LIMIT)'}`;
  const message = `The request has ${events} events, more than ten seconds' worth at the limit of ${rate}. Send at most ${perSecond * burstSeconds} at once.`;
  return { code: 'too_many_events', message };
}

/** Undefined if there are neither keys nor limits, to save the work per request. */
export function createAdmit({ keys, eventsPerSecond, pageEventsPerSecond }: AdmitOptions): Admit | undefined {
  if (!keys && eventsPerSecond === 0) return undefined;
  const limitOf = (perSecond: number) =>
    perSecond === 0 ? undefined : createRateLimit(perSecond * burstSeconds, burstSeconds);
  const [limit, pageLimit] = [limitOf(eventsPerSecond), limitOf(pageEventsPerSecond)];

  /** With a public key each visitor has a separate limit, so that one cannot use up that of the whole site. */
  function limitsOf({ isPublic }: Sender) {
    return isPublic ? { limit: pageLimit, perSecond: pageEventsPerSecond } : { limit, perSecond: eventsPerSecond };
  }

  return {
    async admit(credentials) {
      try {
        const anyone = { sender: { siteId: null, hasKey: false, isPublic: false, clients: [] as string[] } };
        const admission: Admission = keys ? await checkKey(keys, credentials) : anyone;
        const { sender } = admission;
        if (sender?.isPublic) sender.clients = [`${sender.clients[0]} ${credentials.client}`];
        else if (limit) sender?.clients.push(credentials.client);
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
      const wait = await consumeAll(counted, sender.clients, events);
      return wait === undefined ? undefined : rateLimited('events', wait);
    },
    async refund(sender, events) {
      const { limit: counted } = limitsOf(sender);
      if (counted) await Promise.all(sender.clients.map((client) => counted.refund(client, events)));
    },
  };
}
