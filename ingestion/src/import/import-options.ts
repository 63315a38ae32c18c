/** Turns the arguments of the command line into options, or into one sentence that says what is wrong with them. */
import { parseArgs } from 'node:util';

export interface ImportOptions {
  /** A path, or `-` for standard input. */
  file: string;
  siteId: string;
  /** Of `POST /events`. */
  url: URL;
  includeBots: boolean;
}

export type CommandLine =
  | { kind: 'help' }
  | { kind: 'problem'; message: string }
  | { kind: 'import'; options: ImportOptions };

const SITE_ID = /^[A-Za-z0-9._-]{1,64}$/;
const DEFAULT_URL = 'http://localhost:3000';

/** Reads the arguments that follow the name of the program. */
export function importOptions(args: string[]): CommandLine {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    // Node's message goes on with advice that does not fit here: its first sentence says it all.
    return problem(`${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`);
  }
  const { values, positionals } = parsed;
  if (values.help) return { kind: 'help' };
  const [file] = positionals;
  if (file === undefined || file === '') return problem('Name the log file to import, or - for standard input.');
  if (positionals.length > 1)
    return problem(`One file at a time: ${positionals.join(', ')} are ${positionals.length}.`);
  if (values.site === undefined) return problem('Say with --site ID which site the log belongs to.');
  if (!SITE_ID.test(values.site)) return problem('--site takes 1 to 64 of the characters A-Z a-z 0-9 . _ -');
  const url = eventsUrl(values.url ?? DEFAULT_URL);
  if (typeof url === 'string') return problem(url);
  const includeBots = values['include-bots'] ?? false;
  return { kind: 'import', options: { file, siteId: values.site, url, includeBots } };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      site: { type: 'string' },
      url: { type: 'string' },
      'include-bots': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function problem(message: string): CommandLine {
  return { kind: 'problem', message };
}

/** The address of `POST /events` under the address of the service, or what is wrong with the latter. */
function eventsUrl(base: string): URL | string {
  const url = URL.canParse(base) ? new URL(base) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return `--url takes an address that starts with http:// or https://, such as ${DEFAULT_URL}`;
  }
  if (url.username !== '' || url.password !== '') return '--url takes an address without user name and password.';
  if (url.search !== '' || url.hash !== '') return '--url takes an address without ? and #.';
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/events`;
  return url;
}
