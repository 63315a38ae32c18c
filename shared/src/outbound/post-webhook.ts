/**
 * Posts a webhook without reaching private addresses (SSRF). Uses node:https with a custom lookup: libraries that filter requests
 * check the address but connect after a second lookup, or follow proxies and redirects.
 */
import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { withTimeout } from '../platform/health.js';
import { hostOf, parseWebhook } from './parse-webhook.js';
import { refusedAddress } from './refused-address.js';
import { SendError } from './send-error.js';

interface Address {
  address: string;
  family: number;
}

export interface WebhookOptions {
  allowPrivate: boolean;
  /** For tests: a certificate to trust, and a resolver. */
  ca?: string;
  resolve?: (host: string) => Promise<Address[]>;
  timeoutMs?: number;
}

const defaultTimeoutMs = 5_000;
const maxAnswerBytes = 65_536;

const resolveName = (host: string) => lookup(host, { all: true });

/** Resolves `host` once. @throws SendError if any of its addresses is refused, because such a name is not trustworthy. */
async function addressesOf(host: string, options: WebhookOptions) {
  const { allowPrivate, resolve = resolveName, timeoutMs = defaultTimeoutMs } = options;
  if (isIP(host) !== 0) return [{ address: host, family: isIP(host) }];
  const addresses = await withTimeout(resolve(host), timeoutMs, 'DNS').catch((error: Error) => {
    throw new SendError('retry', `${host} could not be resolved: ${error.message}`);
  });
  if (addresses.length === 0) throw new SendError('retry', `${host} could not be resolved`);
  const refused = addresses.map(({ address }) => refusedAddress(address, allowPrivate)).find(Boolean);
  if (refused) throw new SendError('refused', `not sent: ${host} resolves to a forbidden address: ${refused}`);
  return addresses;
}

/** Returns the addresses that were checked, so that the connection goes to one of them. */
function pinned([first, ...others]: Address[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) callback(null, [first!, ...others]);
    else callback(null, first!.address, first!.family);
  };
}

function send(url: URL, options: RequestOptions, body: string, timeoutMs: number): Promise<IncomingMessage> {
  const explain = (error: Error) =>
    error.name === 'AbortError' ? `no response within ${timeoutMs / 1_000} s` : error.message;
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = request(url, options, resolve);
    // A receiver that has the whole body may have processed it, even if its response was lost.
    sent.on('error', (error) => reject(new SendError(sent.writableFinished ? 'unknown' : 'retry', explain(error))));
    sent.end(body);
  });
}

/** Reads the response, so that the receiver is not cut off, up to a limit. */
async function drain(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxAnswerBytes) return;
  }
}

function requestOptions(
  headers: Record<string, string>,
  addresses: Address[],
  { ca }: WebhookOptions,
  timeoutMs: number,
): RequestOptions {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Millrace', ...headers },
    lookup: pinned(addresses),
    // A reused connection could go to an address that the name resolved to earlier.
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    ...(ca && { ca }),
  };
}

/** Temporary refusals: timeout, too early, too many requests. Any other 4xx is final. */
const temporary = [408, 425, 429];

/** Redirects are not followed, because their target was not checked. */
function refusalOf(status: number): SendError {
  const isRefused = status < 500 && !temporary.includes(status);
  const isRedirect = status >= 300 && status < 400;
  const reason = `the receiver responded with ${status}${isRedirect ? '; redirects are not followed' : ''}`;
  return new SendError(isRefused ? 'refused' : 'retry', reason);
}

/** Resolves when the receiver responds with 2xx. @throws SendError otherwise. */
export async function postWebhook(
  webhook: string,
  body: string,
  headers: Record<string, string>,
  options: WebhookOptions,
): Promise<void> {
  const parsed = parseWebhook(webhook, options.allowPrivate);
  if (parsed.problem !== undefined) throw new SendError('refused', `not sent: ${parsed.problem}`);
  const addresses = await addressesOf(hostOf(parsed.url), options);
  const { timeoutMs = defaultTimeoutMs } = options;
  const answer = await send(parsed.url, requestOptions(headers, addresses, options, timeoutMs), body, timeoutMs);
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return drain(answer).catch(() => {});
  answer.destroy();
  throw refusalOf(status);
}
