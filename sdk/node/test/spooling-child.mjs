/**
 * Tracks events with a spool until it is killed, and prints the id of each after `track()` has returned. Arguments: url, folder,
 * name, count.
 */
import { writeSync } from 'node:fs';
import { createMillrace } from '@millrace/node';
import { createFileSpool } from '@millrace/node/spool';

const [url, folder, name, count] = process.argv.slice(2);
const client = createMillrace({ url, site: 'spooled', flushAt: 20, spool: createFileSpool(folder) });

for (let number = 0; number < Number(count); number += 1) {
  const id = crypto.randomUUID();
  client.track({ event_type: 'view', path: `/${name}/${number}`, event_id: id });
  writeSync(1, `${id}\n`);
  if (number % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
await client.flush();
const { unsent } = await client.shutdown();
writeSync(1, `unsent ${unsent}\n`);
