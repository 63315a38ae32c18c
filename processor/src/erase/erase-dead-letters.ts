/** Turns dead letters into dead letters without a user: those that are the user's go, those of whole jobs are rewritten. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { ErasedUser } from './scrub-broken-text.js';
import { scrubPayload } from './scrub-payload.js';

export interface ErasedLetters {
  /** Dead letters of which nothing was left. */
  removed: number;
  /** Dead letters that go on without the user's events. */
  rewritten: number;
  /** The user's events in both. */
  events: number;
}

/** A whole job names no site. JSON may write any character with a backslash; without one the name stands there as it is. */
const candidates = `/* processor.eraseDeadLetters */
declare letters no scroll cursor for
select id, payload from dead_letter_events
where (site_id = $1 or site_id is null) and (position($2 in payload) > 0 or position('\\' in payload) > 0)`;

/** A payload may be a job of 10 MB. */
const lettersAtOnce = 10;

export async function eraseDeadLetters(client: PoolClient, user: ErasedUser): Promise<ErasedLetters> {
  const erased = { removed: 0, rewritten: 0, events: 0 };
  await client.query(candidates, [user.siteId, user.userId]);
  for (;;) {
    const { rows } = await client.query<{ id: string; payload: string }>(
      `/* processor.eraseDeadLetters */ fetch ${lettersAtOnce} from letters`,
    );
    for (const letter of rows) {
      const scrubbed = scrubPayload(letter.payload, user);
      if (scrubbed.erased === 0) continue;
      erased.events += scrubbed.erased;
      if (scrubbed.text === null) erased.removed += await removeLetter(client, letter.id);
      else erased.rewritten += await rewriteLetter(client, letter.id, scrubbed.text);
    }
    if (rows.length < lettersAtOnce) break;
  }
  await client.query('/* processor.eraseDeadLetters */ close letters');
  return erased;
}

async function removeLetter(client: PoolClient, id: string): Promise<number> {
  const { rowCount } = await client.query(
    '/* processor.removeDeadLetter */ delete from dead_letter_events where id = $1',
    [id],
  );
  return rowCount ?? 0;
}

async function rewriteLetter(client: PoolClient, id: string, payload: string): Promise<number> {
  const { rowCount } = await client.query(
    '/* processor.rewriteDeadLetter */ update dead_letter_events set payload = $2 where id = $1',
    [id, payload],
  );
  return rowCount ?? 0;
}
