/** Queries on table dead_letter_events. A null `siteId` means all sites. */
import { makeStorable } from '@millrace/shared/contract/make-storable';
import type { Pool } from '@millrace/shared/platform/postgres';
import { offsetOf, type Page } from '../read-request.js';

/** A single event, or a whole job that could not be read. */
export const letterKinds = ['event', 'job'] as const;
type LetterKind = (typeof letterKinds)[number];

export interface DeadLetter {
  id: string;
  /** '' if the payload has no site; null in letters of release 0.3. */
  site_id: string | null;
  kind: LetterKind;
  reason: string;
  /** JSON text of the event or job; may be invalid. */
  payload: string;
  job_id: string;
  created_at: Date;
  replayed_at: Date | null;
}

/** In a list the payload is truncated, as it may be a 10 MB job. */
export interface ListedLetter extends DeadLetter {
  /** Length of the whole payload. */
  payload_characters: number;
}

const listedCharacters = 2_000;

export interface LettersParams extends Page {
  site_id?: string;
  search?: string;
  replayed?: boolean;
  kind?: LetterKind;
}

/** Must match the reason that the processor writes. */
const isJob = `reason like 'invalid job:%'`;
const kind = `case when ${isJob} then 'job' else 'event' end as kind`;
const columns = `id, site_id, reason, payload, job_id, created_at, replayed_at, ${kind}`;

/** Null parameters match everything. */
const condition = `($1::text is null or site_id = $1) and ($2::text is null or reason ilike $2 or payload ilike $2)
  and ($3::boolean is null or (replayed_at is not null) = $3) and ($4::text is null or ($4 = 'job') = (${isJob}))`;

/** A LIKE pattern that finds the literal text anywhere. */
const containsPattern = (text: string) => `%${makeStorable(text).replace(/[\\%_]/g, '\\$&')}%`;

export async function readLetters(
  pool: Pool,
  params: LettersParams,
): Promise<{ letters: ListedLetter[]; total: number }> {
  const values = [
    params.site_id ?? null,
    params.search === undefined ? null : containsPattern(params.search),
    params.replayed ?? null,
    params.kind ?? null,
  ];
  const [{ rows: letters }, counted] = await Promise.all([
    pool.query<ListedLetter>(
      `/* scheduler.readLetters */ select id, site_id, reason, left(payload, $7) as payload, job_id, created_at, replayed_at,
        ${kind}, length(payload) as payload_characters
      from (
        select * from dead_letter_events where ${condition} order by created_at desc, id limit $5 offset $6
      ) as page order by created_at desc, id`,
      [...values, params.limit, offsetOf(params), listedCharacters],
    ),
    pool.query<{ total: number }>(
      `/* scheduler.countLetters */ select count(*)::int as total from dead_letter_events where ${condition}`,
      values,
    ),
  ]);
  return { letters, total: counted.rows[0]!.total };
}

export async function readLetter(pool: Pool, id: string, siteId: string | null): Promise<DeadLetter | undefined> {
  const { rows } = await pool.query<DeadLetter>(
    `/* scheduler.readLetter */ select ${columns} from dead_letter_events
    where id = $1 and ($2::text is null or site_id = $2) order by site_id is null`,
    [id, siteId],
  );
  return rows[0];
}

/**
 * Sets the site of a letter from release 0.3 to '', as the statements below expect. If this release has written the same letter,
 * only that one is kept.
 */
export async function adoptLetter(pool: Pool, id: string): Promise<void> {
  await pool.query(
    `/* scheduler.adoptLetter */ with taken as (
      delete from dead_letter_events where site_id is null and id = $1
      returning id, reason, payload, job_id, created_at, replayed_at)
    insert into dead_letter_events (id, site_id, reason, payload, job_id, created_at, replayed_at)
    select id, '', reason, payload, job_id, created_at, replayed_at from taken on conflict do nothing`,
    [id],
  );
}

export async function changePayload(pool: Pool, { id, site_id }: DeadLetter, payload: string): Promise<DeadLetter> {
  if (!site_id) await adoptLetter(pool, id);
  const { rows } = await pool.query<DeadLetter>(
    `/* scheduler.changePayload */ update dead_letter_events set payload = $3, replayed_at = null
    where site_id = $1 and id = $2 returning ${columns}`,
    [site_id ?? '', id, payload],
  );
  return rows[0]!;
}

/** Letters of a site that were not replayed yet, optionally with a certain reason; oldest first. */
export async function pendingLetters(
  pool: Pool,
  siteId: string,
  { reason, skip, limit }: { reason: string | undefined; skip: number; limit: number },
): Promise<DeadLetter[]> {
  const { rows } = await pool.query<DeadLetter>(
    `/* scheduler.pendingLetters */ select ${columns} from dead_letter_events
    where site_id = $1 and replayed_at is null and ($2::text is null or reason = $2) order by created_at, id limit $3 offset $4`,
    [siteId, reason ?? null, limit, skip],
  );
  return rows;
}

/** All letters must be of one site. A letter edited since it was read stays pending, as its old payload was sent. */
export async function markReplayed(pool: Pool, siteId: string, sent: DeadLetter[]): Promise<void> {
  await pool.query(
    `/* scheduler.markReplayed */ update dead_letter_events letter set replayed_at = now()
    from unnest($2::uuid[], $3::text[]) as sent(id, payload)
    where letter.site_id = $1 and letter.id = sent.id and letter.payload = sent.payload`,
    [siteId, sent.map(({ id }) => id), sent.map(({ payload }) => payload)],
  );
}
