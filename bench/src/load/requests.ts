import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { CommandError } from '@millrace/shared/commands/command-error';

const shownCharacters = 300;
const contentType = { 'content-type': 'application/json' };

export const jsonPost = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: contentType,
  body: JSON.stringify(body),
});

/** One clause: the address, the status, and the beginning of the body. */
export async function describeRefusal(url: string, response: Response): Promise<string> {
  return `${url} answered ${response.status}: ${(await response.text()).slice(0, shownCharacters)}`;
}

/** @throws CommandError with status and message unless the status is 200. */
export async function checkAccepted(url: string, response: Response): Promise<void> {
  if (response.status !== 200) throw new CommandError(`${await describeRefusal(url, response)}.`);
}

/** Sends one body again and describes the response: wrk counts failures but does not keep their responses. */
export async function retryForReason(url: string, body: string): Promise<string> {
  try {
    const response = await fetch(url, { method: 'POST', headers: contentType, body });
    if (response.status === 200) return 'a retry succeeds';
    return `on a retry ${await describeRefusal(url, response)}`;
  } catch (error) {
    return `a retry cannot connect (${(error as Error).message})`;
  }
}

/** From the call to the end of the body. @throws CommandError unless the status is 200. */
export async function timeRequest(url: string, init: RequestInit = {}): Promise<{ ms: number; body: unknown }> {
  const startedAt = performance.now();
  const response = await fetch(url, init);
  await checkAccepted(url, response);
  const json = await response.text();
  return { ms: performance.now() - startedAt, body: JSON.parse(json) };
}

/** @throws CommandError unless the status is 2xx. */
export async function fetchJson<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  if (!response.ok) throw new CommandError(await describeRefusal(url, response));
  return (await response.json()) as T;
}

/** Resolves when every body was answered with 200. Not measured itself: it only fills a queue. */
export async function postBacklog(url: string, bodies: Iterator<unknown>, connections: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const postInTurn = async () => {
    for (let next = bodies.next(); !next.done; next = bodies.next()) await post(url, agent, JSON.stringify(next.value));
  };
  await Promise.all(Array.from({ length: connections }, postInTurn));
  agent.destroy();
}

function post(url: string, agent: Agent, body: string): Promise<void> {
  const headers = { ...contentType, 'content-length': Buffer.byteLength(body) };
  const refusal = (status: number | undefined, message: string) =>
    new CommandError(`${url} answered ${status}: ${message.slice(0, shownCharacters)}.`);
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode === 200) response.resume().on('end', resolve);
      else text(response).then((message) => reject(refusal(response.statusCode, message)), reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
