/**
 * One POST that cannot be led astray. By node:https with a lookup of our own rather than by a library:
 * those that filter requests check the address and leave connecting to it to a second lookup, or bring proxies and redirects.
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
  /** For tests: certificates to trust, and where names lead. */
  ca?: string;
  resolve?: (host: string) => Promise<Address[]>;
  timeoutMs?: number;
}

const defaultTimeoutMs = 5_000;
const maxAnswerBytes = 65_536;

const resolveName = (host: string) => lookup(host, { all: true });

/** Where `host` leads, once. @throws SendError when one of the addresses is refused: a name that has such a one is not to be trusted. */
async function addressesOf(host: string, options: WebhookOptions) {
  const { allowPrivate, resolve = resolveName, timeoutMs = defaultTimeoutMs } = options;
  if (isIP(host) !== 0) return [{ address: host, family: isIP(host) }];
  const addresses = await withTimeout(resolve(host), timeoutMs, 'the name service').catch((error: Error) => {
    throw new SendError('retry', `the name ${host} leads nowhere: ${error.message}`);
  });
  if (addresses.length === 0) throw new SendError('retry', `the name ${host} leads nowhere`);
  const refused = addresses.map(({ address }) => refusedAddress(address, allowPrivate)).find(Boolean);
  if (refused) throw new SendError('refused', `not sent: ${host} leads where nothing is sent: ${refused}`);
  return addresses;
}

/** Answers what was looked up before, so that the address connected to is the one that was checked. */
function pinned([first, ...others]: Address[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) callback(null, [first!, ...others]);
    else callback(null, first!.address, first!.family);
  };
}

function send(url: URL, options: RequestOptions, body: string, timeoutMs: number): Promise<IncomingMessage> {
  const explain = (error: Error) =>
    error.name === 'AbortError' ? `no answer within ${timeoutMs / 1_000} s` : error.message;
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = request(url, options, resolve);
    // A receiver that has the whole body may have worked on it, whatever became of its answer.
    sent.on('error', (error) => reject(new SendError(sent.writableFinished ? 'unknown' : 'retry', explain(error))));
    sent.end(body);
  });
}

/** Reads the answer to its end, so that the receiver is not cut off, but no more than it may be long. */
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
    // A connection of its own: one that is kept may lead to where the name led before.
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    ...(ca && { ca }),
  };
}

/** Too early, too many, or too slow: what passes. Any other 4xx says that the receiver does not want it. */
const passing = [408, 425, 429];

/** Redirects are not followed: where they lead was not checked. */
function refusalOf(status: number): SendError {
  const isRefused = status < 500 && !passing.includes(status);
  const isRedirect = status >= 300 && status < 400;
  const reason = `the receiver answered ${status}${isRedirect ? '; redirects are not followed' : ''}`;
  return new SendError(isRefused ? 'refused' : 'retry', reason);
}

/** Resolves when the receiver said 2xx. @throws SendError that says why it does not count as delivered. */
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
