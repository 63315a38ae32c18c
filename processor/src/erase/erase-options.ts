/** Turns the arguments of `npm run erase` into a user to erase, or into one sentence that says what is wrong with them. */
import { parseArgs } from 'node:util';

export interface EraseOptions {
  siteId: string;
  userId: string;
  /** Only find out what would be removed. */
  dryRun: boolean;
}

export type EraseCommandLine =
  | { kind: 'help' }
  | { kind: 'problem'; message: string }
  | { kind: 'erase'; options: EraseOptions };

export const eraseHelp = `Usage: npm run erase -- --site ID --user ID [--dry-run]

Removes a user from a site for good: the user's events, the visitor, and what is of the user in dead letters. Then the
rollups of the times concerned are recomputed. Running it again removes nothing.

  --site ID  the site; the same user of another site is another user
  --user ID  the user_id, exactly as events have it
  --dry-run  print what would be removed, and remove nothing
  --help     show this

There is no way back, and no question is asked. What still waits in the queue, or arrives later, is stored all the same:
when the user may have been active in the last minutes, run the command again.
Works on the database of DATABASE_URL, else on the one of a running \`npm start\`.
In production: DATABASE_URL=... node processor/dist/erase/erase-command.js --site ...

Exit code 0: done. 1: not done, or not to the end. 3: there is no such site, or nothing of this user was found.
`;

/** Reads the arguments that follow the name of the program. */
export function eraseOptions(args: string[]): EraseCommandLine {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return { kind: 'problem', message: `${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.` };
  }
  const { site, user, help, 'dry-run': dryRun = false } = values;
  if (help) return { kind: 'help' };
  if (!site) return { kind: 'problem', message: 'Say with --site ID of which site the user is.' };
  if (!user) return { kind: 'problem', message: 'Say with --user ID whom to erase.' };
  return { kind: 'erase', options: { siteId: site, userId: user, dryRun } };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { site: text, user: text, 'dry-run': flag, help: { ...flag, short: 'h' } } as const;
  return parseArgs({ args: args.filter((argument) => argument !== '--'), options }).values;
}
