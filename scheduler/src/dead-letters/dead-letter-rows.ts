/** Turns table dead_letter_events into pages, single letters, and changed ones. `siteId` null: of all sites. */
import type { Pool } from '@millrace/shared/postgres';
import { offsetOf, type Page } from '../read-request.js';

export interface DeadLetter {
  id: string;
  site_id: string | null;
  reason: string;
  /** JSON text of the event, or of what came in its place. */
  payload: string;
  job_id: string;
  created_at: Date;
  replayed_at: Date | null;
}

/** A letter in a list: its payload may be a whole job of 10 MB, so only the beginning is shown. */
export interface ListedLetter extends DeadLetter {
  /** Of the whole payload. */
  payload_characters: number;
}

/** Of a payload in a list. */
const listedCharacters = 2_000;

export interface LettersQuestion extends Page {
  site_id?: string;
  search?: string;
  replayed?: boolean;
}

const columns = 'id, site_id, reason, payload, job_id, created_at, replayed_at';

/** Asked for by null parameters is everything. */
const condition = `($1::text is null or site_id = $1) and ($2::text is null or reason ilike $2 or payload ilike $2)
  and ($3::boolean is null or (replayed_at is not null) = $3)`;

/** Text that LIKE finds anywhere, whatever signs it has. */
const anywhere = (text: string) => `%${text.replaceAll('\0', '\uFFFD').replace(/[\\%_]/g, '\\$&')}%`;

export async function readLetters(
  pool: Pool,
  asked: LettersQuestion,
): Promise<{ letters: ListedLetter[]; total: number }> {
  const values = [
    asked.site_id ?? null,
    asked.search === undefined ? null : anywhere(asked.search),
    asked.replayed ?? null,
  ];
  const [{ rows: letters }, counted] = await Promise.all([
    pool.query<ListedLetter>(
      `/* scheduler.readLetters */ select id, site_id, reason, left(payload, $6) as payload, job_id, created_at, replayed_at,
        length(payload) as payload_characters
      from (
        select * from dead_letter_events where ${condition} order by created_at desc, id limit $4 offset $5
      ) as page order by created_at desc, id`,
      [...values, asked.limit, offsetOf(asked), listedCharacters],
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
    `/* scheduler.readLetter */ select ${columns} from dead_letter_events where id = $1 and ($2::text is null or site_id = $2)`,
    [id, siteId],
  );
  return rows[0];
}

export async function changePayload(pool: Pool, id: string, payload: string): Promise<DeadLetter> {
  const { rows } = await pool.query<DeadLetter>(
    `/* scheduler.changePayload */ update dead_letter_events set payload = $2, replayed_at = null where id = $1 returning ${columns}`,
    [id, payload],
  );
  return rows[0]!;
}

/** Letters of a site that were not replayed, with this reason where one is given; oldest first, without the first `skip`. */
export async function openLetters(
  pool: Pool,
  siteId: string,
  { reason, skip, limit }: { reason: string | undefined; skip: number; limit: number },
): Promise<DeadLetter[]> {
  const { rows } = await pool.query<DeadLetter>(
    `/* scheduler.openLetters */ select ${columns} from dead_letter_events
    where site_id = $1 and replayed_at is null and ($2::text is null or reason = $2) order by created_at, id limit $3 offset $4`,
    [siteId, reason ?? null, limit, skip],
  );
  return rows;
}

export async function markReplayed(pool: Pool, ids: string[]): Promise<void> {
  await pool.query(
    '/* scheduler.markReplayed */ update dead_letter_events set replayed_at = now() where id = any($1::uuid[])',
    [ids],
  );
}
