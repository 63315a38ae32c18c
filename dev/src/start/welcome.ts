import { relative } from 'node:path';
import type { StartSettings } from './start-settings.js';

/** The address of a service that listens on `host`, from this machine. */
export function localUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The text shown when everything is ready. `keyFile` contains the administrator's key. */
export function welcome({ host, services, needsKey }: StartSettings, keyFile: string): string {
  const urls = new Map(services.map(({ name, port }) => [name, localUrl(host, port)]));
  const nearby = relative(process.env.INIT_CWD ?? process.cwd(), keyFile);
  const shown = nearby.startsWith('..') ? keyFile : nearby;
  const header = `-H "Authorization: Bearer $(cat '${shown}')"`;
  const withKey = (isNeeded: boolean) => (isNeeded ? `${header} ` : '');
  const event = '{"site_id":"first","event_type":"view","path":"/","user_id":"me"}';
  const logIn = needsKey.reporting ? `, and log in with the key in ${shown}` : '';
  return [
    '',
    `Open ${urls.get('reporting')}${logIn}`,
    '',
    'Millrace is ready. Stop it with Ctrl-C.',
    ...[...urls].map(([name, url]) => `  ${name.padEnd(16)} ${url}`),
    '',
    `Send an event, then see it counted at ${urls.get('reporting')}/first:`,
    `  curl -X POST ${urls.get('ingestion')}/event ${withKey(needsKey.ingestion)}-H 'content-type: application/json' -d '${event}'`,
    `  curl ${withKey(needsKey.reporting)}'${urls.get('reporting')}/stats?site_id=first'`,
    ...(needsKey.ingestion || needsKey.reporting
      ? [
          '  Create a key for each application: npm run keys -- create --name shop --scope write --scope read --site demo',
        ]
      : []),
    '',
    `The API is documented at ${urls.get('reporting')}/docs.`,
    `Manage the queues at ${urls.get('scheduler')}/admin/queues with the key in ${shown}, or with`,
    `  curl ${header} ${urls.get('scheduler')}/api/v1/queues/metrics`,
    '',
    '',
  ].join('\n');
}
