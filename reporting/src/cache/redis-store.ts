/** Stores answers in the Redis of the queue. They must never use up its memory, so the limit is enforced with every write. */

import { type AnswerKey, type AnswerStore, lockOf } from './answer-store.js';
import { bytesOf, type CachedAnswer } from './cached-answer.js';
import { matchesPattern } from './name-pattern.js';
import type { Redis } from './open-redis.js';

const fields = ['version', 'meaning', 'position', 'identity', 'meta', 'body', 'computedAt'] as const;
const quoted = fields.map((field) => `'${field}'`).join(', ');

/** KEYS answer, lock; ARGV version, holder, milliseconds, meaning, position. */
const getOrLock = `
local found = redis.call('hmget', KEYS[1], 'version', 'meaning', 'position')
if found[1] == ARGV[1] or (found[2] == ARGV[4] and found[3] and found[3] > ARGV[5]) then
  return redis.call('hmget', KEYS[1], ${quoted})
end
if redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3], 'NX') then return 1 end
return redis.call('get', KEYS[2])`;

/** KEYS lock; ARGV holder, milliseconds; 0 releases the lock. */
const renew = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('del', KEYS[1]) end
return redis.call('pexpire', KEYS[1], ARGV[2])`;

/** Removes the answer `name` and its size from the total. */
const forget = `
local function forget(name)
  local bytes = redis.call('hget', KEYS[1], name)
  redis.call('del', ARGV[1] .. name)
  redis.call('hdel', KEYS[1], name)
  redis.call('zrem', KEYS[2], name)
  if bytes then redis.call('decrby', KEYS[3], bytes) end
end`;

/** KEYS sizes, order, total; ARGV prefix of answers, then names. */
const remove = `${forget}
for place = 2, #ARGV do forget(ARGV[place]) end`;

/** KEYS as above; ARGV prefix, name, bytes, limit, milliseconds to keep it, time, then names and values of fields. */
const put = `${forget}
-- A slow computation on older data may finish last.
local held = redis.call('hmget', ARGV[1] .. ARGV[2], 'meaning', 'position')
if held[2] and held[1] == ARGV[10] and held[2] > ARGV[12] then return 0 end
forget(ARGV[2])
if tonumber(ARGV[3]) > tonumber(ARGV[4]) then return 0 end
local key = ARGV[1] .. ARGV[2]
redis.call('hset', key, unpack(ARGV, 7))
redis.call('pexpire', key, ARGV[5])
redis.call('hset', KEYS[1], ARGV[2], ARGV[3])
redis.call('zadd', KEYS[2], ARGV[6], ARGV[2])
local total = redis.call('incrby', KEYS[3], ARGV[3])
while total > tonumber(ARGV[4]) do
  local oldest = redis.call('zrange', KEYS[2], 0, 0)[1]
  if not oldest then
    -- Keys were removed by hand, so the total is wrong.
    redis.call('del', KEYS[3])
    break
  end
  forget(oldest)
  total = tonumber(redis.call('get', KEYS[3]))
end
return 1`;

/** KEYS as above. If keys were removed by hand, a stale total would leave no room for answers. */
const recount = `
local total = 0
for _, bytes in ipairs(redis.call('hvals', KEYS[1])) do total = total + tonumber(bytes) end
redis.call('set', KEYS[3], string.format('%d', total))`;

/** Reads the part of the identity that all answers of a site share, as JSON; a site that no longer exists has none. */
export type ReadIdentities = (siteIds: string[]) => Promise<Map<string, string>>;

type Fields = [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];

function answerOf([version, meaning, position, identity, meta, body, computedAt]: Fields): CachedAnswer {
  return {
    version: version.toString(),
    meaning: meaning.toString(),
    position: position.toString(),
    identity: identity.toString(),
    body,
    meta: JSON.parse(meta.toString()) ?? undefined,
    computedAt: Number(computedAt.toString()),
  };
}

const siteOf = (name: string) => name.split(':')[1]!;
const namesPerBatch = 500;

/** The prefix in braces is a hash tag, which puts all keys on one node of a cluster. */
export function createRedisStore(
  redis: Redis,
  prefix: string,
  maxBytes: number,
  readIdentities: ReadIdentities,
): AnswerStore {
  const base = `{${prefix}-cache}:`;
  const answers = `${base}answer:`;
  const counterKeys = [`${base}sizes`, `${base}order`, `${base}total`];
  const lockKey = (key: AnswerKey) => `${base}lock:${lockOf(key)}`;
  const run = (script: string, keys: string[], ...values: (string | number | Buffer)[]) =>
    redis.callBuffer('eval', [script, keys.length, ...keys, ...values]);

  async function listNames(): Promise<string[]> {
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, pairs] = await redis.hscan(counterKeys[0]!, cursor, 'COUNT', namesPerBatch);
      for (let place = 0; place < pairs.length; place += 2) found.push(pairs[place]!);
      cursor = next;
    } while (cursor !== '0');
    return [...new Set(found)];
  }

  async function removeNames(all: string[]): Promise<number> {
    for (let from = 0; from < all.length; from += namesPerBatch) {
      await run(remove, counterKeys, answers, ...all.slice(from, from + namesPerBatch));
    }
    return all.length;
  }

  /** Expired answers have no identity. */
  async function identitiesOf(all: string[]): Promise<(string | null)[]> {
    const found: (string | null)[] = [];
    for (const name of all) found.push(await redis.hget(answers + name, 'identity'));
    return found;
  }

  return {
    kind: 'redis',
    async getOrLock(key, holder, lockMs) {
      const result = await run(
        getOrLock,
        [answers + key.name, lockKey(key)],
        ...[key.version, holder, lockMs, key.meaning, key.position],
      );
      if (Array.isArray(result)) return { kind: 'answer', answer: answerOf(result as Fields) };
      return result === 1 ? { kind: 'locked' } : { kind: 'wait', holder: String(result) };
    },
    async renew(key, holder, lockMs) {
      await run(renew, [lockKey(key)], holder, lockMs);
    },
    async release(key, holder) {
      await run(renew, [lockKey(key)], holder, 0);
    },
    async newest(_siteId, name) {
      const found = await redis.hmgetBuffer(answers + name, ...fields);
      return found.includes(null) ? undefined : answerOf(found as Fields);
    },
    async put(_siteId, name, answer, ttlMs) {
      const record = { ...answer, meta: JSON.stringify(answer.meta ?? null) };
      const pairs = fields.flatMap((field) => [field, record[field]]);
      const limits = [bytesOf(answer), maxBytes, ttlMs, answer.computedAt];
      await run(put, counterKeys, answers, name, ...limits, ...pairs);
    },
    async cleanUp() {
      const all = await listNames();
      const current = await readIdentities([...new Set(all.map(siteOf))]);
      const identities = await identitiesOf(all);
      const outdated = all.filter((name, place) => {
        const identity = identities[place];
        if (identity === null || identity === undefined) return true;
        return JSON.stringify(JSON.parse(identity).slice(0, 2)) !== current.get(siteOf(name));
      });
      const removed = await removeNames(outdated);
      await run(recount, counterKeys);
      return removed;
    },
    async remove(pattern) {
      return removeNames((await listNames()).filter((name) => matchesPattern(name, pattern)));
    },
    async size() {
      const [entries, bytes] = await Promise.all([redis.hlen(counterKeys[0]!), redis.get(counterKeys[2]!)]);
      return { entries, bytes: Number(bytes ?? 0) };
    },
  };
}
