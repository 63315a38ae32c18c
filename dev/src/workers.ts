/** `npm run workers`: workers and scheduler without ingestion and reporting. */
import { join } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';
import { type CommandContext, runCommand } from './processes/run-command.js';
import { type NodeChild, spawnNode } from './processes/spawn-node.js';
import { lastWords, stopServices } from './start/run-services.js';
import { runningDatabaseUrl } from './start/running-database.js';
import { nodeOptions, type Service } from './start/services.js';
import { readStartSettings } from './start/start-settings.js';
import { readWorkerOptions, workersHelp } from './start/worker-options.js';
import { workspaceRoot } from './workspace-root.js';

function startWorkers(processes: Service[], databaseUrl: string): NodeChild[] {
  const { exportFolder } = readStartSettings(process.env);
  const logFormat = process.env.LOG_FORMAT === 'json' ? 'json' : 'text';
  return processes.map(({ name, folder = name, script = 'main', portVariable, ...service }) => {
    const env = {
      [portVariable]: '0',
      ...service.environment,
      ...process.env,
      DATABASE_URL: databaseUrl,
      EXPORT_DIR: exportFolder,
    };
    const file = join(workspaceRoot, folder, 'dist', `${script}.js`);
    return spawnNode({ name, script: file, nodeOptions: nodeOptions(service, env), env, logFormat });
  });
}

async function workers({ closing, stopped }: CommandContext): Promise<number> {
  const options = readWorkerOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(workersHelp);
    return 0;
  }
  const databaseUrl = runningDatabaseUrl(process.env);
  if (databaseUrl === undefined) {
    throw new CommandError('There is no database: run `npm start` in this clone first, or set DATABASE_URL.');
  }
  const children = startWorkers(options.processes, databaseUrl);
  closing.add(() => stopServices(children));
  const ended = children.map(async (child) => `${child.name} ended ${await child.ended}. ${lastWords(child)}`);
  const reason = await Promise.race([
    new Promise<undefined>((resolve) => stopped.addEventListener('abort', () => resolve(undefined))),
    ...ended,
  ]);
  process.stdout.write('Stopping...\n');
  if (reason === undefined) return 0;
  throw new CommandError(`${reason}\nEverything else was stopped, too.`);
}

await runCommand(workers);
