/** Tries the methods that the routes of a service do not have. */
import { once } from 'node:events';
import { Agent, createServer, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';

const commonMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

const agent = new Agent({ keepAlive: true });

interface Answer {
  status: number | undefined;
  allow: string[] | undefined;
  body: string;
}

const parameter = /\{\w+\}|:\w+/g;

/** Whether a route also gets the requests for another one, as `/reports/{id}` gets those for `/reports/statistics`. */
const covers = (path: string, other: string) =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(parameter, '[^/]+')}$`).test(other);

/** Methods by path, of routes such as `GET /sites/{id}`. HEAD comes with GET. */
export function methodsByPath(routes: string[]): Map<string, Set<string>> {
  const all = routes.map((route) => route.split(' ') as [method: string, path: string]);
  return new Map(
    all.map(([, path]) => {
      const methods = all.filter(([, other]) => other === path || covers(other, path)).map(([method]) => method);
      return [path, new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)];
    }),
  );
}

function send(port: number, method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => {
        const allow = response.headers.allow?.split(', ').sort();
        resolve({ status: response.statusCode, allow, body });
      });
    });
    sent.on('error', reject).end();
  });
}

/** Undefined if a 405 names exactly these methods, in the same shape as every error. */
function problemOf(method: string, { status, allow, body }: Answer, supported: Set<string>, envelope: object) {
  const expected = [...supported].sort();
  if (status !== 405) return `${status} instead of 405`;
  if (JSON.stringify(allow) !== JSON.stringify(expected)) return `Allow: ${allow} instead of ${expected}`;
  if (method === 'HEAD') return undefined;
  const { error, ...rest } = JSON.parse(body) as { error: { code: string } };
  const isRight = error.code === 'method_not_allowed' && JSON.stringify(rest) === JSON.stringify(envelope);
  return isRight ? undefined : body;
}

/**
 * Sends each path every common method that it does not support, and lists the answers that are not a 405 with its methods in `Allow`.
 * `spell` returns the URLs to try for a path.
 */
export async function findWrongAnswers(
  handler: RequestListener,
  methods: Map<string, Set<string>>,
  { spell = (path: string) => [path], envelope = {} as object, headers = {} as Record<string, string> } = {},
): Promise<{ tried: number; problems: string[] }> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const problems: string[] = [];
  let tried = 0;
  for (const [path, supported] of methods) {
    for (const url of spell(path)) {
      for (const method of commonMethods.filter((each) => !supported.has(each))) {
        tried++;
        const problem = problemOf(method, await send(port, method, url, headers), supported, envelope);
        if (problem) problems.push(`${method} ${url}: ${problem}`);
      }
    }
  }
  server.closeAllConnections();
  server.close();
  return { tried, problems };
}
