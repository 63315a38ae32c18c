import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, describe, expect, it } from 'vitest';
import { runningIngestion } from '../src/start/running-ingestion.ts';
import { makeStubWorkspace, type StubWorkspace } from './stub-workspace.ts';

let workspace: StubWorkspace;

afterEach(async () => {
  await expect.poll(() => workspace.processes(), { timeout: 60_000 }).toEqual([]);
  workspace.remove();
});

describe('npm start', () => {
  it('shows the addresses of the ready services and stops them in order on SIGTERM', async () => {
    workspace = await makeStubWorkspace();
    const run = workspace.start();
    await run.ready;
    expect(run.output()).toContain(`http://127.0.0.1:${workspace.ports.ingestion}/event`);
    const dataFolder = join(workspace.folder, '.millrace');
    expect(runningIngestion(dataFolder)).toEqual({
      url: `http://127.0.0.1:${workspace.ports.ingestion}`,
      reportingUrl: `http://127.0.0.1:${workspace.ports.reporting}`,
    });
    run.child.kill('SIGTERM');
    expect(await run.exitCode).toBe(0);
    expect(workspace.stoppedInOrder('ingestion') && workspace.stoppedInOrder('reporting')).toBe(true);
    expect(runningIngestion(dataFolder)).toBeUndefined();
    expect(workspace.processes()).toEqual([]);
  });

  it('continues with the same data when started again', async () => {
    workspace = await makeStubWorkspace();
    for (const _start of ['first', 'second']) {
      const run = workspace.start();
      await run.ready;
      run.child.kill('SIGINT');
      expect(await run.exitCode).toBe(0);
    }
  });

  it('takes a relative data folder as one below the clone', async () => {
    workspace = await makeStubWorkspace();
    const run = workspace.start({ MILLRACE_DATA_DIR: 'data folder' });
    await run.ready;
    expect(existsSync(join(workspace.folder, 'data folder', 'postgres', 'PG_VERSION'))).toBe(true);
    run.child.kill('SIGTERM');
    expect(await run.exitCode).toBe(0);
  });

  it('stops everything and fails when a service ends unexpectedly', async () => {
    workspace = await makeStubWorkspace();
    const run = workspace.start();
    await run.ready;
    await fetch(`http://127.0.0.1:${workspace.ports.reporting}/die`).catch(() => undefined);
    expect(await run.exitCode).toBe(1);
    expect(run.output()).toContain('reporting ended with exit code 7');
    expect(workspace.stoppedInOrder('ingestion')).toBe(true);
  });

  it('fails with the end of the log of a service that does not start', async () => {
    workspace = await makeStubWorkspace({ scheduler: "process.stderr.write('no such table\\n'); process.exit(3);" });
    const run = workspace.start();
    expect(await run.exitCode).toBe(1);
    expect(run.output()).toMatch(/scheduler ended with exit code 3[\s\S]*no such table/);
  });

  it('fails with the end of the log of a failed migration', async () => {
    workspace = await makeStubWorkspace({ migrate: "process.stderr.write('too new\\n'); process.exit(1);" });
    const run = workspace.start();
    expect(await run.exitCode).toBe(1);
    expect(run.output()).toMatch(/could not be migrated[\s\S]*too new/);
  });

  it('ends without an error on Ctrl-C while the database is being created', async () => {
    workspace = await makeStubWorkspace();
    const run = workspace.start();
    // Created by the last of initdb's steps: earlier ones would ignore the signal.
    const draft = `postgres.new.${run.child.pid}`;
    const catalogues = join(workspace.folder, '.millrace', draft, 'base', '1', 'pg_filenode.map');
    await eventually(async () => existsSync(catalogues), 'initdb fills the catalogues');
    run.interrupt();
    expect(await run.exitCode).toBe(0);
    expect(run.output()).toBe('');
  });

  it('starts after a kill -9 while the database was being created', async () => {
    workspace = await makeStubWorkspace();
    const killed = workspace.start();
    const dataFolder = join(workspace.folder, '.millrace');
    const draft = join(dataFolder, `postgres.new.${killed.child.pid}`, 'PG_VERSION');
    await eventually(async () => existsSync(draft), 'initdb is running');
    process.kill(-killed.child.pid!, 'SIGKILL');
    await killed.exitCode;
    const run = workspace.start();
    await run.ready;
    expect(readdirSync(dataFolder).filter((name) => name.startsWith('postgres.new'))).toEqual([]);
    run.child.kill('SIGTERM');
    expect(await run.exitCode).toBe(0);
  });

  it('kills at once on a second signal', async () => {
    workspace = await makeStubWorkspace({
      processor: `
        import { createServer } from 'node:http';
        createServer((_request, response) => response.end()).listen(process.env.PROCESSOR_PORT, process.env.HOST);
        process.on('SIGTERM', () => undefined);`,
    });
    const run = workspace.start();
    await run.ready;
    const began = performance.now();
    run.child.kill('SIGINT');
    // npm forwards Ctrl-C, so one press arrives twice: signals within half a second still count as the first.
    await eventually(async () => {
      run.child.kill('SIGINT');
      return run.child.exitCode !== null;
    }, 'a second signal ends it');
    expect(await run.exitCode).toBe(1);
    expect(performance.now() - began).toBeGreaterThan(500);
  });
});

describe('npm start refuses, with one sentence and exit code 1,', () => {
  it('a port in use, before anything is started', async () => {
    workspace = await makeStubWorkspace();
    const blocker = createServer().listen(workspace.ports.scheduler, '127.0.0.1');
    const run = workspace.start();
    expect(await run.exitCode).toBe(1);
    blocker.close();
    const port = workspace.ports.scheduler;
    expect(run.output()).toBe(
      `Port ${port}, which scheduler needs, is in use by another program: stop that program, or choose another port with SCHEDULER_PORT=${port + 10_000} npm start.\n`,
    );
  });

  it('several ports in use, all at once', async () => {
    workspace = await makeStubWorkspace();
    const { ingestion, scheduler } = workspace.ports;
    const blockers = [ingestion, scheduler].map((port) => createServer().listen(port, '127.0.0.1'));
    const run = workspace.start();
    expect(await run.exitCode).toBe(1);
    for (const blocker of blockers) blocker.close();
    const lines = run.output().trimEnd().split('\n');
    expect(lines.map((line) => line.split(' is in use')[0])).toEqual([
      `Port ${ingestion}, which ingestion needs,`,
      `Port ${scheduler}, which scheduler needs,`,
    ]);
  });

  it('a second copy on the same data', async () => {
    workspace = await makeStubWorkspace();
    const first = workspace.start();
    await first.ready;
    const second = workspace.start();
    expect(await second.exitCode).toBe(1);
    expect(second.output()).toMatch(
      new RegExp(`^Millrace is already running on the data in .*/\\.millrace \\(process ${first.child.pid}\\): .*\\n$`),
    );
    first.child.kill('SIGTERM');
    expect(await first.exitCode).toBe(0);
  });

  it('invalid ports, and ports that two services share, all at once', async () => {
    workspace = await makeStubWorkspace();
    const run = workspace.start({ INGESTION_PORT: '4000a', REPORTING_PORT: '4999', SCHEDULER_PORT: '4999' });
    expect(await run.exitCode).toBe(1);
    expect(run.output().trimEnd().split('\n')).toEqual([
      'Correct these environment variables:',
      '  INGESTION_PORT is "4000a", but a port is a whole number from 1 to 65535.',
      '  SCHEDULER_PORT and REPORTING_PORT are both 4999: give each service its own port.',
    ]);
  });

  it('invalid variables of all services, all at once, before Postgres starts', async () => {
    const config = (...messages: string[]) =>
      `export const configSchema = { describe: () => ({ keys: {} }), validate: () => ({ error: { details: ${JSON.stringify(messages.map((message) => ({ message })))} } }) };`;
    workspace = await makeStubWorkspace(
      {},
      { ingestion: config('"A" is required', '"B" is invalid'), scheduler: config('"B" is invalid', '"C" is invalid') },
    );
    const run = workspace.start();
    expect(await run.exitCode).toBe(1);
    expect(run.output()).toBe(
      'Correct these environment variables:\n  A is required\n  B is invalid\n  C is invalid\n',
    );
  });
});

describe('nothing is left behind', () => {
  it('when the supervisor is killed, and the next start continues with the data', async () => {
    workspace = await makeStubWorkspace();
    const run = workspace.start();
    await run.ready;
    run.child.kill('SIGKILL');
    await run.exitCode;
    const next = workspace.start();
    await next.ready;
    expect(workspace.stoppedInOrder('ingestion')).toBe(true);
    next.child.kill('SIGTERM');
    expect(await next.exitCode).toBe(0);
  });

  it('when a stop is requested while Postgres is being initialized', async () => {
    workspace = await makeStubWorkspace();
    const run = workspace.start();
    const names = [`postgres.new.${run.child.pid}`, 'postgres'];
    const [draft, finished] = names.map((name) => join(workspace.folder, '.millrace', name));
    await eventually(async () => existsSync(draft!) || existsSync(finished!), 'Postgres is being set up');
    run.child.kill('SIGTERM');
    expect(await run.exitCode).toBe(0);
  });

  it('when npm, which started the supervisor, is killed', async () => {
    workspace = await makeStubWorkspace();
    const ports = Object.entries(workspace.ports).map(([name, port]) => [`${name.toUpperCase()}_PORT`, String(port)]);
    const script = `node ${workspace.folder}/dev/dist/start.js & wait`;
    const env = { ...process.env, ...Object.fromEntries(ports), npm_lifecycle_event: 'start', MILLRACE_DATA_DIR: '' };
    const npm = endWithTest(spawn('/bin/sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'inherit'] }));
    await new Promise<void>((resolve) => {
      npm.stdout.on('data', (chunk: Buffer) => chunk.includes('Millrace is ready') && resolve());
    });
    npm.kill('SIGKILL');
    await expect.poll(() => workspace.processes(), { timeout: 60_000 }).toEqual([]);
    expect(workspace.stoppedInOrder('processor')).toBe(true);
  });
});
