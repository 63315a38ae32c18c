/** Queues a backlog of events, posted as fast as ingestion takes them; not itself measured. */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { ClearError } from '@millrace/dev/clear-error';

/** Resolves when every body was answered with 200. */
export async function postBacklog(url: string, bodies: Iterator<unknown>, connections: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const postInTurn = async () => {
    for (let next = bodies.next(); !next.done; next = bodies.next()) await post(url, agent, JSON.stringify(next.value));
  };
  await Promise.all(Array.from({ length: connections }, postInTurn));
  agent.destroy();
}

const refusal = (url: string, status: number | undefined, said: string) =>
  new ClearError(`${url} answered ${status}: ${said.slice(0, 300)}.`);

function post(url: string, agent: Agent, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode === 200) response.resume().on('end', resolve);
      else text(response).then((said) => reject(refusal(url, response.statusCode, said)), reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
