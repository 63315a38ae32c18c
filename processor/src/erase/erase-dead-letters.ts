/** Erases a user from the dead letters: removes letters of single events, rewrites letters of whole jobs. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { readCursor } from '../read-cursor.js';
import type { ErasedUser } from './scrub-broken-text.js';
import { scrubPayload } from './scrub-payload.js';

export interface ErasedLetters {
  /** Dead letters with nothing left. */
  removed: number;
  /** Dead letters kept without the user's events. */
  rewritten: number;
  /** The user's events in all of them. */
  events: number;
}

/** Whole jobs have site ''. JSON may escape any character with a backslash; without backslashes the id appears verbatim. */
const candidates = `/* processor.eraseDeadLetters */
select id, site_id, payload from dead_letter_events
where site_id in ($1, '') and (position($2 in payload) > 0 or position('\\' in payload) > 0)`;

/**
 * Release 0.3, which may still be running during an upgrade, writes letters of whole jobs with a null site. They get '' here, as
 * the statements below expect. If this release has written the same letter, that one is kept.
 */
const adoptLetters = `/* processor.adoptDeadLetters */
with taken as (
  delete from dead_letter_events where site_id is null
  returning id, reason, payload, job_id, created_at, replayed_at
)
insert into dead_letter_events (id, site_id, reason, payload, job_id, created_at, replayed_at)
select id, '', reason, payload, job_id, created_at, replayed_at from taken on conflict do nothing`;

interface Letter {
  id: string;
  site_id: string;
  payload: string;
}

/** A payload may be a 10 MB job. */
const lettersAtOnce = 10;

export async function eraseDeadLetters(client: PoolClient, user: ErasedUser): Promise<ErasedLetters> {
  const erased = { removed: 0, rewritten: 0, events: 0 };
  await client.query(adoptLetters);
  const values = [user.siteId, user.userId ?? user.siteId];
  for await (const letter of readCursor<Letter>(client, candidates, values, lettersAtOnce)) {
    const scrubbed = scrubPayload(letter.payload, user);
    if (scrubbed.erased === 0) continue;
    erased.events += scrubbed.erased;
    if (scrubbed.text === null) erased.removed += await removeLetter(client, letter);
    else erased.rewritten += await rewriteLetter(client, letter, scrubbed.text);
  }
  return erased;
}

async function removeLetter(client: PoolClient, { site_id, id }: Letter): Promise<number> {
  const { rowCount } = await client.query(
    '/* processor.removeDeadLetter */ delete from dead_letter_events where site_id = $1 and id = $2',
    [site_id, id],
  );
  return rowCount ?? 0;
}

async function rewriteLetter(client: PoolClient, { site_id, id }: Letter, payload: string): Promise<number> {
  const { rowCount } = await client.query(
    '/* processor.rewriteDeadLetter */ update dead_letter_events set payload = $3 where site_id = $1 and id = $2',
    [site_id, id, payload],
  );
  return rowCount ?? 0;
}
