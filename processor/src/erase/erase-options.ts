import { parseArgs } from 'node:util';

export interface EraseOptions {
  siteId: string;
  userId: string;
  /** Only print what would be removed. */
  dryRun: boolean;
}

export type EraseCommandLine =
  | { kind: 'help' }
  | { kind: 'problem'; message: string }
  | { kind: 'erase'; options: EraseOptions };

export const eraseHelp = `Usage: npm run erase -- --site ID --user ID [--dry-run]

Permanently removes a user from a site: their events, their visitor and their events in dead letters. Then the affected
rollups are recomputed. Running it again is safe.

  --site ID  the site; user ids of other sites are separate
  --user ID  the user_id, exactly as in the events
  --dry-run  print what would be removed without removing it
  --help     show this help

This cannot be undone and asks for no confirmation. Events still in the queue, or sent later, are stored as usual: if the
user was active in the last few minutes, run the command again.
Uses the database in DATABASE_URL, or that of a running \`npm start\`.
In production: DATABASE_URL=... node processor/dist/erase/erase-command.js --site ...

Exit codes: 0 done; 1 failed or incomplete; 3 no such site, or nothing found for this user.
`;

export function eraseOptions(args: string[]): EraseCommandLine {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return { kind: 'problem', message: `${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.` };
  }
  const { site, user, help, 'dry-run': dryRun = false } = values;
  if (help) return { kind: 'help' };
  if (!site) return { kind: 'problem', message: 'Pass the site with --site ID.' };
  if (!user) return { kind: 'problem', message: 'Pass the user to erase with --user ID.' };
  return { kind: 'erase', options: { siteId: site, userId: user, dryRun } };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { site: text, user: text, 'dry-run': flag, help: { ...flag, short: 'h' } } as const;
  return parseArgs({ args: args.filter((argument) => argument !== '--'), options }).values;
}
