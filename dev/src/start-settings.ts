/** Turns the environment into what `npm start` needs to know, or into a sentence about what is wrong with it. */
import { join } from 'node:path';
import { readingNeedsKey } from '@millrace/shared/platform/config';
import { ClearError } from './clear-error.js';
import { type Service, services } from './services.js';
import { workspaceRoot } from './workspace-root.js';

/** Variables that only `npm start` itself reads, besides those of the services. */
export const toolVariables = ['MILLRACE_DATA_DIR', 'LOG_FORMAT'] as const;

/** A service with the port that it gets. */
export interface PlannedService extends Service {
  port: number;
}

/** What the environment says about this start. */
export interface StartSettings {
  host: string;
  services: PlannedService[];
  /** Folder of the embedded Postgres and of the lock. */
  dataFolder: string;
  /** Of files of exports; the same for all services. */
  exportFolder: string;
  /** Undefined means: start the embedded Postgres. */
  databaseUrl: string | undefined;
  logFormat: 'text' | 'json';
  needsKey: { ingestion: boolean; reporting: boolean };
}

/** Reads the variables; every one is optional. */
export function readStartSettings(env: NodeJS.ProcessEnv): StartSettings {
  const planned = services.map((service) => ({ ...service, port: readPort(service, env[service.portVariable]) }));
  refuseSharedPorts(planned);
  const host = env.HOST || '127.0.0.1';
  const dataFolder = env.MILLRACE_DATA_DIR || join(workspaceRoot, '.millrace');
  return {
    host,
    services: planned,
    dataFolder,
    exportFolder: env.EXPORT_DIR || join(dataFolder, 'exports'),
    databaseUrl: env.DATABASE_URL || undefined,
    logFormat: env.LOG_FORMAT === 'json' ? 'json' : 'text',
    needsKey: { ingestion: env.INGEST_AUTH === 'key', reporting: readingNeedsKey({ ...env, HOST: host }) },
  };
}

function readPort(service: Service, text: string | undefined): number {
  if (!text) return service.defaultPort;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new ClearError(
    `${service.portVariable} is "${text}", but a port is a whole number from 1 to 65535: correct it.`,
  );
}

function refuseSharedPorts(planned: PlannedService[]): void {
  for (const service of planned) {
    const other = planned.find(({ name, port }) => name !== service.name && port === service.port);
    if (other) {
      const names = `${service.portVariable} and ${other.portVariable}`;
      throw new ClearError(`${names} are both ${service.port}: give every service a port of its own.`);
    }
  }
}
