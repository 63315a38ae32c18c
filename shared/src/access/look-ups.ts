/** Asks the database whose keys they are, without letting those who wait for it fill the memory. */
import { setTimeout as after } from 'node:timers/promises';
import { ServiceError } from '../platform/errors.js';
import type { Pool } from '../platform/postgres.js';
import { createSlots } from '../platform/slots.js';
import { type Access, findKey } from './keys.js';

/** Undefined: there is no such key. */
export type Found = (Access & { hash: Buffer }) | undefined;

/** A key that a request came with. */
export interface GivenKey {
  /** Its hash as text. */
  name: string;
  hash: Buffer;
  /** Who sent it, where wrong keys are counted. */
  client: string | undefined;
}

/** What the database said of keys. */
export interface KnownKeys {
  get(name: string): { found: Found; at: number } | undefined;
  /** The same while it still holds without asking again. */
  fresh(name: string): { found: Found } | undefined;
  remember(name: string, found: Found): void;
}

export interface LookUps {
  /** What the database says. @throws ServiceError `database_unavailable` when too many requests wait already; what the database throws. */
  find(key: GivenKey): Promise<Found>;
  /** What the database says of a known key, or `believed`, what it said before, when it takes too long or fails. */
  confirm(key: GivenKey, believed: Found): Promise<Found>;
}

export interface LookUpOptions {
  known: KnownKeys;
  /** Throws for a client that has sent too many wrong keys; asked before each look-up of an unknown key. */
  refuseGuesser: (client: string | undefined) => Promise<void>;
  /** How long a known key waits before it is believed. */
  patienceMs: number;
  /** After a failure the database is left alone for so long. */
  pauseMs: number;
  now: () => number;
}

/** Guessed keys cost memory up to here, then the oldest are forgotten. */
const maxKnown = 10_000;
/** So that a client cannot start thousands of look-ups before the first of them has failed. */
const lookUpsAtOnce = 8;
/** Requests that may wait for the database, each of them kept in memory; those beyond are refused. */
const maxWaiting = 500;

export function createKnownKeys(freshMs: number, now: () => number): KnownKeys {
  const known = new Map<string, { found: Found; at: number }>();
  return {
    get: (name) => known.get(name),
    fresh(name) {
      const before = known.get(name);
      return before && now() - before.at < freshMs ? before : undefined;
    },
    remember(name, found) {
      known.delete(name);
      known.set(name, { found, at: now() });
      if (known.size > maxKnown) known.delete(known.keys().next().value as string);
    },
  };
}

/** Asks for one key; after a failure it fails with the same at once, for `pauseMs`. */
function createAsk(pool: Pool, { known, pauseMs, now }: LookUpOptions) {
  let failure: { error: unknown; at: number } | undefined;
  const lastFailure = () => (failure && now() - failure.at < pauseMs ? failure : undefined);
  async function ask({ name, hash }: GivenKey): Promise<Found> {
    const failed = lastFailure();
    if (failed) throw failed.error;
    try {
      const found = await findKey(pool, hash);
      known.remember(name, found);
      return found;
    } catch (error) {
      failure = { error, at: now() };
      throw error;
    }
  }
  return { ask, hasFailed: () => lastFailure() !== undefined };
}

interface LookUp {
  answer: Promise<Found>;
  /** Resolves when those who need not wait have waited long enough. */
  patience: Promise<void>;
}

/** One look-up for all requests that want the same; for an unknown key each client has its own, since it may be refused. */
function createSharedLookUps(ask: (key: GivenKey) => Promise<Found>, options: LookUpOptions) {
  const { known, refuseGuesser, patienceMs } = options;
  const slots = createSlots(lookUpsAtOnce);
  const running = new Map<string, LookUp>();

  /** Asks once it is this key's turn and its client may still guess. */
  async function takeTurn(key: GivenKey): Promise<Found> {
    const meanwhile = known.fresh(key.name);
    if (meanwhile) return meanwhile.found;
    if (!known.get(key.name)?.found) await refuseGuesser(key.client);
    return ask(key);
  }

  return (key: GivenKey): LookUp => {
    const id = known.get(key.name)?.found ? key.name : `${key.name} ${key.client ?? ''}`;
    const before = running.get(id);
    if (before) return before;
    const answer = slots.run(() => takeTurn(key)).finally(() => running.delete(id));
    // Those who believed the key meanwhile no longer listen.
    answer.catch(() => {});
    const started = { answer, patience: after(patienceMs, undefined, { ref: false }) };
    running.set(id, started);
    return started;
  };
}

export function createLookUps(pool: Pool, options: LookUpOptions): LookUps {
  const { ask, hasFailed } = createAsk(pool, options);
  const lookUp = createSharedLookUps(ask, options);
  let waiting = 0;
  return {
    async find(key) {
      if (waiting >= maxWaiting) {
        const message =
          'The database does not answer, and too many requests wait for it to recognise their keys. Retry later.';
        throw new ServiceError('database_unavailable', message);
      }
      waiting += 1;
      try {
        return await lookUp(key).answer;
      } finally {
        waiting -= 1;
      }
    },
    async confirm(key, believed) {
      if (hasFailed()) return believed;
      try {
        const { answer, patience } = lookUp(key);
        return await Promise.race([answer, patience.then(() => believed)]);
      } catch {
        return believed;
      }
    },
  };
}
