/** Turns the addresses of the ready services into what a person needs to see and try first. */
import { relative } from 'node:path';
import type { StartSettings } from './start-settings.js';

/** The address under which a service listening on `host` is reached from this machine. */
export function localUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Returns the text shown when everything is ready; `keyFile` holds the administrator's key. */
export function welcome({ host, services }: StartSettings, keyFile: string): string {
  const urls = new Map(services.map(({ name, port }) => [name, localUrl(host, port)]));
  const nearby = relative(process.env.INIT_CWD ?? process.cwd(), keyFile);
  const shown = nearby.startsWith('..') ? keyFile : nearby;
  const event = '{"site_id":"demo","event_type":"view","path":"/","user_id":"me"}';
  return [
    '',
    'Millrace is ready. Stop it with Ctrl-C.',
    ...[...urls].map(([name, url]) => `  ${name.padEnd(16)} ${url}`),
    '',
    'Send an event, then see it counted:',
    `  curl -X POST ${urls.get('ingestion')}/event -H 'content-type: application/json' -d '${event}'`,
    `  curl '${urls.get('reporting')}/stats?site_id=demo'`,
    '',
    `Look after the queues at ${urls.get('scheduler')}/admin/queues, with the key in ${shown}, or`,
    `  curl -H "Authorization: Bearer $(cat '${shown}')" ${urls.get('scheduler')}/api/v1/queues/metrics`,
    '',
    '',
  ].join('\n');
}
