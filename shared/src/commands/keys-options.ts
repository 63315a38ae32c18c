/** Command-line options and help of `npm run keys`. */
import { type Scope, scopes } from '../access/keys.js';
import { siteIdPattern } from '../contract/ids.js';
import { CommandError } from './command-error.js';
import { catchProblem, type Problem, parseCommandLine, withoutSeparator } from './parse-command-line.js';

export interface KeyOptions {
  name: string;
  scopes: Scope[];
  siteId: string | undefined;
  days: number | undefined;
  /** Pages that may use the key; undefined for a secret key. */
  origins: string[] | undefined;
}

export type KeysCommandLine =
  | { kind: 'help' }
  | Problem
  | { kind: 'create'; options: KeyOptions }
  | { kind: 'list' }
  | { kind: 'revoke'; id: string };

export const keysHelp = `Usage: npm run keys -- create --name NAME --scope write|read|admin [--scope ...] [--site ID] [--expires 90d]
       npm run keys -- create --name NAME --scope write --site ID --origin https://shop.example [--origin ...]
       npm run keys -- list
       npm run keys -- revoke ID

  create  create a key and print it; it cannot be shown again, since only a hash is stored
  list    list all keys and when they were last used, up to a minute late
  revoke  revoke a key; takes effect everywhere within half a minute

  --name NAME     who or what the key is for
  --scope SCOPE   write: send events; read: query statistics; admin: everything; may be repeated
  --site ID       limit the key to this site; default: all sites
  --origin ORIGIN create a public key that can only send events of the site from pages of this origin; may be repeated
  --expires DAYS  expire after this many days, such as 90d; default: never
  --help          show this help

Uses the database of DATABASE_URL, or that of a running \`npm start\`.
In production: DATABASE_URL=... node shared/dist/commands/keys-command.js create --name ...

Exit code: 0 on success, 1 on failure.
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
  return parseCommandLine({ args: withoutSeparator(args), options, allowPositionals: true });
}

/** The origin as browsers send it; undefined if it is invalid. */
function originOf(text: string): string | undefined {
  if (!/^https?:\/\/[^*]+$/.test(text) || !URL.canParse(text)) return undefined;
  const { origin, pathname, search } = new URL(text);
  return pathname === '/' && search === '' ? origin : undefined;
}

/** @throws CommandError */
function createOptions(values: ReturnType<typeof parse>['values']): KeysCommandLine {
  const { name, scope = [], site, expires, origin } = values;
  if (!name || name.length > 128)
    throw new CommandError('--name is required: who or what the key is for, in up to 128 characters.');
  const unknown = scope.find((given) => !(scopes as readonly string[]).includes(given));
  if (scope.length === 0 || unknown !== undefined) {
    throw new CommandError(
      `--scope is required: ${scopes.join(', ')}${unknown === undefined ? '' : `, not "${unknown}"`}.`,
    );
  }
  if (site !== undefined && !siteIdPattern.test(site)) {
    throw new CommandError('--site takes the id of a site: up to 64 letters, digits, dots, underscores and hyphens.');
  }
  const days = expires === undefined ? undefined : Number(/^(\d{1,5})d$/.exec(expires)?.[1] ?? 0);
  if (days !== undefined && (days < 1 || days > maxDays))
    throw new CommandError('--expires takes a number of days, such as 90d.');
  const origins = origin?.map(originOf);
  if (origins?.includes(undefined))
    throw new CommandError('--origin takes the origin of pages, such as https://shop.example.');
  if (origins && (site === undefined || scope.some((given) => given !== 'write'))) {
    throw new CommandError('A key with --origin is public, so it needs --site and can only have --scope write.');
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

/** @throws CommandError */
function readCommandLine(args: string[]): KeysCommandLine {
  const { values, positionals } = parse(args);
  const [command, id, ...rest] = positionals;
  if (values.help) return { kind: 'help' };
  if (command === 'create' && id === undefined) return createOptions(values);
  if (command === 'list' && id === undefined) return { kind: 'list' };
  if (command === 'revoke' && id !== undefined && rest.length === 0) return { kind: 'revoke', id };
  throw new CommandError('A command is required: create, list, or revoke with the id of a key.');
}

/** @param args the arguments after the name of the program */
export const keysOptions = (args: string[]): KeysCommandLine => catchProblem(() => readCommandLine(args));
