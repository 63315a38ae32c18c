/** `npm start`: Postgres, migrations, all services, one log, and an orderly end. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';
import { tryLock } from '../prepare/process-lock.mjs';
import { type CommandContext, runCommand } from './processes/run-command.js';
import { spawnNode } from './processes/spawn-node.js';
import { checkPorts } from './start/check-ports.js';
import { checkSettings } from './start/check-settings.js';
import { migrateDatabase, openDatabase, type ReadyDatabase } from './start/prepare-database.js';
import { lastWords, type RunningService, stopServices, waitUntilReady } from './start/run-services.js';
import { announceDatabase } from './start/running-database.js';
import { announceIngestion, type RunningIngestion } from './start/running-ingestion.js';
import { nodeOptions } from './start/services.js';
import { readStartSettings, type StartSettings } from './start/start-settings.js';
import { localUrl, welcome } from './start/welcome.js';
import { workspaceRoot } from './workspace-root.js';

/** Refuses a second copy on the same data. Returns whether an earlier copy ended without releasing the lock. */
function acquireLock({ dataFolder }: StartSettings, { closing }: CommandContext): boolean {
  const file = join(dataFolder, 'start.lock');
  const crashedBefore = existsSync(file);
  const { release, heldBy } = tryLock(file);
  if (heldBy !== undefined) {
    throw new CommandError(
      `Millrace is already running on the data in ${dataFolder} (process ${heldBy}): use that one, or stop it before starting another.`,
    );
  }
  closing.add(release);
  return crashedBefore;
}

function startServices(settings: StartSettings, database: ReadyDatabase, env: NodeJS.ProcessEnv): RunningService[] {
  const { host, logFormat } = settings;
  return settings.services.map(({ name, folder = name, script = 'main', port, ...service }) => {
    const file = join(workspaceRoot, folder, 'dist', `${script}.js`);
    const child = spawnNode({
      ...{ name, script: file, env: { ...service.environment, ...env }, logFormat, lifeline: database.lifeline },
      nodeOptions: nodeOptions(service, env),
    });
    return { ...child, readyUrl: `${localUrl(host, port)}/health/ready` };
  });
}

/** The address of a service from this machine. */
const urlOf = ({ host, services }: StartSettings, service: string) =>
  localUrl(host, services.find(({ name }) => name === service)!.port);

function serviceEnvironment(settings: StartSettings, databaseUrl: string): NodeJS.ProcessEnv {
  const { host, services, exportFolder } = settings;
  const ports = services.map(({ portVariable, port }) => [portVariable, String(port)]);
  return {
    INGESTION_URL: urlOf(settings, 'ingestion'),
    ...process.env,
    HOST: host,
    DATABASE_URL: databaseUrl,
    EXPORT_DIR: exportFolder,
    ...Object.fromEntries(ports),
  };
}

function runningIngestionOf(settings: StartSettings, keyFile: string): RunningIngestion {
  const urls = { url: urlOf(settings, 'ingestion'), reportingUrl: urlOf(settings, 'reporting') };
  return settings.needsKey.reporting ? { ...urls, readKeyFile: keyFile } : urls;
}

/** Resolves with a sentence about the first process to end, or with undefined when a stop is requested. */
function firstEnd(services: RunningService[], database: ReadyDatabase, stopped: AbortSignal) {
  return Promise.race<string | undefined>([
    new Promise((resolve) => stopped.addEventListener('abort', () => resolve(undefined))),
    database.ended.then(() => 'Postgres ended unexpectedly. Its log is postgres.log in the data folder.'),
    ...services.map(async (service) => `${service.name} ended ${await service.ended}. ${lastWords(service)}`),
  ]);
}

async function start(context: CommandContext): Promise<number> {
  const { closing, stopped } = context;
  await checkSettings(process.env);
  const settings = readStartSettings(process.env);
  const crashedBefore = acquireLock(settings, context);
  // After a crash, services of the earlier copy need a moment to drain.
  await checkPorts(settings.host, settings.services, crashedBefore ? 15_000 : 0);
  const database = await openDatabase(settings, context);
  const env = serviceEnvironment(settings, database.url);
  if (!stopped.aborted) await migrateDatabase(env, settings.logFormat, stopped);
  if (stopped.aborted) return 0;
  // Imported late: it takes longer to load than everything else, and signals must be handled from the start.
  const { ensureAdminKey } = await import('./start/admin-key.js');
  const keyFile = await ensureAdminKey(settings.dataFolder, database.url);
  if (settings.databaseUrl === undefined) closing.add(announceDatabase(settings.dataFolder, database.url));
  const services = startServices(settings, database, env);
  closing.add(() => stopServices(services));
  const end = firstEnd(services, database, stopped);
  const ready = await Promise.race([Promise.all(services.map(waitUntilReady)), end]);
  if (!stopped.aborted && Array.isArray(ready)) {
    closing.add(announceIngestion(settings.dataFolder, runningIngestionOf(settings, keyFile)));
    process.stdout.write(welcome(settings, keyFile));
  }
  const reason = await end;
  process.stdout.write('Stopping...\n');
  if (reason === undefined) return 0;
  throw new CommandError(`${reason}\nEverything else was stopped, too.`);
}

await runCommand(start);
