/** Turns the addresses of the ready services into what a person needs to see and try first. */
import type { StartSettings } from './start-settings.js';

/** The address under which a service listening on `host` is reached from this machine. */
export function localUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Returns the text shown when everything is ready. */
export function welcome({ host, services }: StartSettings): string {
  const urls = new Map(services.map(({ name, port }) => [name, localUrl(host, port)]));
  const event = '{"site_id":"demo","event_type":"view","path":"/","user_id":"me"}';
  return [
    '',
    'Millrace is ready. Stop it with Ctrl-C.',
    ...[...urls].map(([name, url]) => `  ${name.padEnd(10)} ${url}`),
    '',
    'Send an event, then see it counted:',
    `  curl -X POST ${urls.get('ingestion')}/event -H 'content-type: application/json' -d '${event}'`,
    `  curl '${urls.get('reporting')}/stats?site_id=demo'`,
    '',
    '',
  ].join('\n');
}
