/** Options of all commands that send events. */
import { CommandError } from '@millrace/shared/commands/command-error';
import { siteIdPattern } from '@millrace/shared/contract/ids';
import type { SenderEnvironment } from './sender-config.js';
import type { Receiver } from './try-batch.js';

const DEFAULT_URL = 'http://localhost:3000';

export const receiverArguments = {
  site: { type: 'string' },
  url: { type: 'string' },
  key: { type: 'string' },
} as const;

interface ReceiverValues {
  url?: string | undefined;
  key?: string | undefined;
}

/** Missing arguments are taken from `environment`. @throws CommandError */
export function receiverOf({ url, key }: ReceiverValues, { MILLRACE_URL, MILLRACE_KEY }: SenderEnvironment): Receiver {
  return { url: eventsUrl(url ?? MILLRACE_URL ?? DEFAULT_URL), key: keyOf(key ?? MILLRACE_KEY) };
}

/** @throws CommandError */
export function siteOf(text: string): string {
  if (siteIdPattern.test(text)) return text;
  throw new CommandError('--site takes 1 to 64 of the characters A-Z a-z 0-9 . _ -');
}

/** Checked here, because fetch reports an invalid header like an unreachable server. */
function keyOf(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7e]+$/.test(key)) return key;
  throw new CommandError(
    'The key of --key or MILLRACE_KEY must not be empty or contain spaces; keys look like mr_....',
  );
}

/** The URL of `POST /events`. */
function eventsUrl(base: string): URL {
  const url = URL.canParse(base) ? new URL(base) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new CommandError(`--url takes a URL that starts with http:// or https://, such as ${DEFAULT_URL}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new CommandError('--url takes a URL without user name and password.');
  }
  if (url.search !== '' || url.hash !== '') throw new CommandError('--url takes a URL without ? and #.');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/events`;
  return url;
}
