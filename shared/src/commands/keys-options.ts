/** Turns the arguments of `npm run keys` into what to do, or into one sentence that says what is wrong with them. */
import { parseArgs } from 'node:util';
import { type Scope, scopes } from '../access/keys.js';
import { siteIdPattern } from '../contract/ids.js';

export interface KeyOptions {
  name: string;
  scopes: Scope[];
  siteId: string | undefined;
  days: number | undefined;
  /** Of the pages that may use it; undefined for a secret key. */
  origins: string[] | undefined;
}

export type KeysCommandLine =
  | { kind: 'help' }
  | { kind: 'problem'; message: string }
  | { kind: 'create'; options: KeyOptions }
  | { kind: 'list' }
  | { kind: 'revoke'; id: string };

export const keysHelp = `Usage: npm run keys -- create --name NAME --scope write|read|admin [--scope ...] [--site ID] [--expires 90d]
       npm run keys -- create --name NAME --scope write --site ID --origin https://shop.example [--origin ...]
       npm run keys -- list
       npm run keys -- revoke ID

  create  makes a key and prints it, once: of a key only a hash is kept
  list    shows all keys, with the time of their last use, up to a minute late
  revoke  ends a key, everywhere within half a minute

  --name NAME     who or what the key is for
  --scope SCOPE   write: send events; read: ask for statistics; admin: everything; may be given several times
  --site ID       limited to this site; default: all sites
  --origin ORIGIN makes a public key, for pages of this origin: it can only send events of the site, from there
  --expires DAYS  ends by itself after so many days, such as 90d; default: never
  --help          show this

Works on the database of DATABASE_URL, else on the one of a running \`npm start\`.
In production: DATABASE_URL=... node shared/dist/commands/keys-command.js create --name ...

Exit code 0: done. 1: not done.
`;

const maxDays = 36_500;

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const options = {
    name: text,
    scope: { ...text, multiple: true },
    site: text,
    origin: { ...text, multiple: true },
    expires: text,
    help: { type: 'boolean', short: 'h' },
  } as const;
  return parseArgs({ args: args.filter((argument) => argument !== '--'), options, allowPositionals: true });
}

/** As browsers send it; undefined for what is none. */
function originOf(text: string): string | undefined {
  if (!/^https?:\/\/[^*]+$/.test(text) || !URL.canParse(text)) return undefined;
  const { origin, pathname, search } = new URL(text);
  return pathname === '/' && search === '' ? origin : undefined;
}

function createOptions(values: ReturnType<typeof parse>['values']): KeysCommandLine {
  const { name, scope = [], site, expires, origin } = values;
  const problem = (message: string) => ({ kind: 'problem', message }) as const;
  if (!name || name.length > 128) return problem('Say with --name whom the key is for, in up to 128 characters.');
  const unknown = scope.find((given) => !(scopes as readonly string[]).includes(given));
  if (scope.length === 0 || unknown !== undefined) {
    return problem(
      `Say with --scope what the key allows: ${scopes.join(', ')}${unknown === undefined ? '' : `, not "${unknown}"`}.`,
    );
  }
  if (site !== undefined && !siteIdPattern.test(site)) {
    return problem('--site takes the id of a site: up to 64 letters, digits, dots, underscores and hyphens.');
  }
  const days = expires === undefined ? undefined : Number(/^(\d{1,5})d$/.exec(expires)?.[1] ?? 0);
  if (days !== undefined && (days < 1 || days > maxDays))
    return problem('--expires takes a number of days, such as 90d.');
  const origins = origin?.map(originOf);
  if (origins?.includes(undefined)) return problem('--origin takes the origin of pages, such as https://shop.example.');
  if (origins && (site === undefined || scope.some((given) => given !== 'write'))) {
    return problem('A key for pages is public: it needs --site, and --scope write alone.');
  }
  return {
    kind: 'create',
    options: {
      name,
      scopes: [...new Set(scope)] as Scope[],
      siteId: site,
      days,
      origins: origins as string[] | undefined,
    },
  };
}

/** Reads the arguments that follow the name of the program. */
export function keysOptions(args: string[]): KeysCommandLine {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { kind: 'problem', message: `${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.` };
  }
  const [command, id, ...rest] = parsed.positionals;
  if (parsed.values.help) return { kind: 'help' };
  if (command === 'create' && id === undefined) return createOptions(parsed.values);
  if (command === 'list' && id === undefined) return { kind: 'list' };
  if (command === 'revoke' && id !== undefined && rest.length === 0) return { kind: 'revoke', id };
  return { kind: 'problem', message: 'Say what to do: create, list, or revoke with the id of a key.' };
}
