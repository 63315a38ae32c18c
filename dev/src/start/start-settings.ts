import { join, resolve } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';
import { readingNeedsKey } from '@millrace/shared/platform/config';
import { workspaceRoot } from '../workspace-root.js';
import { type Service, services } from './services.js';

/** Variables that `npm start` reads itself, in addition to those of the services. */
export const toolVariables = ['MILLRACE_DATA_DIR', 'LOG_FORMAT'] as const;

/** A service and its port. */
export interface PlannedService extends Service {
  port: number;
}

/** Settings of `npm start`, read from the environment. */
export interface StartSettings {
  host: string;
  services: PlannedService[];
  /** Contains the embedded Postgres and the lock. */
  dataFolder: string;
  /** For export files; the same for all services. */
  exportFolder: string;
  /** Undefined: start the embedded Postgres. */
  databaseUrl: string | undefined;
  logFormat: 'text' | 'json';
  needsKey: { ingestion: boolean; reporting: boolean };
}

/**
 * Reads the variables, all of which are optional.
 * @throws CommandError that lists every invalid or shared port
 */
export function readStartSettings(env: NodeJS.ProcessEnv): StartSettings {
  const planned = planServices(env);
  const problems = portProblems(env);
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  const host = env.HOST || '127.0.0.1';
  // Absolute, because each service runs in its own folder and Postgres in `/`.
  const dataFolder = resolve(workspaceRoot, env.MILLRACE_DATA_DIR || '.millrace');
  return {
    host,
    services: planned,
    dataFolder,
    exportFolder: env.EXPORT_DIR ? resolve(workspaceRoot, env.EXPORT_DIR) : join(dataFolder, 'exports'),
    databaseUrl: env.DATABASE_URL || undefined,
    logFormat: env.LOG_FORMAT === 'json' ? 'json' : 'text',
    needsKey: { ingestion: env.INGEST_AUTH === 'key', reporting: readingNeedsKey({ ...env, HOST: host }) },
  };
}

const planServices = (env: NodeJS.ProcessEnv): PlannedService[] =>
  services.map((service) => ({ ...service, port: Number(env[service.portVariable] || service.defaultPort) }));

/** A sentence for each invalid port, and for each that two services share. */
export function portProblems(env: NodeJS.ProcessEnv): string[] {
  const planned = planServices(env);
  return [...invalidPorts(planned, env), ...sharedPorts(planned)];
}

const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535;

const invalidPorts = (planned: PlannedService[], env: NodeJS.ProcessEnv): string[] =>
  planned
    .filter(({ port }) => !isPort(port))
    .map(
      ({ portVariable }) => `${portVariable} is "${env[portVariable]}", but a port is a whole number from 1 to 65535.`,
    );

const sharedPorts = (planned: PlannedService[]): string[] =>
  planned.flatMap(({ portVariable, port }, index) => {
    const other = planned.slice(0, index).find((earlier) => earlier.port === port);
    return other ? [`${other.portVariable} and ${portVariable} are both ${port}: give each service its own port.`] : [];
  });
