/** Restarts Postgres under load, with each queue backend. */
import { queueBackends } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterEach, describe, expect, it } from 'vitest';
import { makeOwnPostgres, type OwnPostgres } from './own-postgres.js';
import { keepSending } from './send-events.js';

describe.each(queueBackends)('on %s', (backend) => {
  let postgres: OwnPostgres;
  let stack: Stack;
  afterEach(async () => {
    await stack.stop();
    await postgres.remove();
  });

  it('loses and duplicates no event over two restarts, one of them a crash', async () => {
    postgres = await makeOwnPostgres();
    stack = await startStack({ backend, serverUrl: postgres.url });
    const sent = keepSending(stack.ingestionUrl, 8, 10);
    for (const how of ['SIGINT', 'SIGKILL'] as const) {
      const before = sent.accepted.size;
      await eventually(async () => sent.accepted.size >= before + 200 || sent.accepted.size, 'events are accepted');
      await postgres.restart(how);
    }
    const before = sent.accepted.size;
    await eventually(async () => sent.accepted.size >= before + 200 || sent.accepted.size, 'events are accepted');
    await sent.end();
    let missing: string[] = [];
    await eventually(
      async () => {
        const { rows } = await stack.database.pool.query<{ event_id: string }>('select event_id from events');
        const stored = new Set(rows.map((row) => row.event_id));
        missing = [...sent.accepted].filter((id) => !stored.has(id));
        return missing.length === 0 && stored.size === rows.length;
      },
      'every accepted event is stored once',
      30_000,
    );
    expect(missing).toEqual([]);
    expect(stack.processors[0]!.child.exitCode).toBeNull();
  });
});
