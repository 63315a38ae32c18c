/** ClickHouse and DuckDB with the same events, each in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClearError } from '@millrace/dev/clear-error';
import type { ClosingList } from '@millrace/dev/closing-list';
import { makeThrowAwayFolder } from '@millrace/dev/throw-away-folder';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Bench } from '../bench.js';
import type { EngineAnswer, EngineCall, EngineReply } from './engine-call.js';
import { exportEvents } from './engine-columns.js';
import { type EngineName, enginePackages, installEngine } from './install-engine.js';

export interface RunningEngine {
  name: EngineName;
  /** Package and version. */
  label: string;
  /** Of its table on disk. */
  bytes?: number;
  /** @throws ClearError when it refuses or ends. */
  ask(statements: string[], runs: number): Promise<EngineAnswer>;
}

/** An engine, or why it is not there. */
export type EngineSide = RunningEngine | { name: EngineName; why: string };

export const labels: Record<EngineName, string> = { clickhouse: 'ClickHouse', duckdb: 'DuckDB' };

type NewCall = EngineCall extends infer Call ? (Call extends EngineCall ? Omit<Call, 'id'> : never) : never;
type Caller = (call: NewCall) => Promise<EngineReply>;

const child = fileURLToPath(new URL('engine-child.js', import.meta.url));
const endWithUs = import.meta.resolve('@millrace/dev/end-with-supervisor');

function createCaller(name: EngineName, process: ChildProcess): Caller {
  const waiting = new Map<number, (reply: EngineReply) => void>();
  let calls = 0;
  process.on('message', (reply: EngineReply) => waiting.get(reply.id)?.(reply));
  process.once('exit', (code, signal) => {
    const problem = `it ended by itself (${signal ?? code})`;
    for (const [id, resolve] of waiting) resolve({ id, problem });
  });
  return async (call) => {
    calls += 1;
    const id = calls;
    const reply = await new Promise<EngineReply>((resolve) => {
      waiting.set(id, resolve);
      process.send({ ...call, id });
    });
    waiting.delete(id);
    if ('problem' in reply) throw new ClearError(`${labels[name]}: ${reply.problem}`);
    return reply;
  };
}

function spawnEngine(closing: ClosingList, name: EngineName, folder: string): Caller {
  const args = ['--import', endWithUs, child, name, folder, join(makeThrowAwayFolder(closing), 'data')];
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true });
  const kill = () => running.kill('SIGKILL');
  process.on('exit', kill);
  const ended = once(running, 'exit').finally(() => process.off('exit', kill));
  closing.add(async () => {
    kill();
    await ended;
  });
  return createCaller(name, running);
}

async function startEngine(bench: Bench, closing: ClosingList, name: EngineName, file: string): Promise<EngineSide> {
  const installed = await installEngine(bench, name);
  if ('why' in installed) return { name, ...installed };
  const call = spawnEngine(closing, name, installed.folder);
  bench.say(`loading ${labels[name]}`);
  const { loaded } = (await call({ kind: 'load', file })) as { loaded: { bytes?: number } };
  const label = `${enginePackages[name].name} ${enginePackages[name].version}`;
  return {
    ...{ name, label, ...loaded },
    async ask(statements, runs) {
      return ((await call({ kind: 'ask', statements, runs })) as { answer: EngineAnswer }).answer;
    },
  };
}

/** With the events that are stored now. A quick trial installs nothing. */
export async function startEngines(bench: Bench, closing: ClosingList, pool: Pool): Promise<EngineSide[]> {
  const names = Object.keys(enginePackages) as EngineName[];
  if (!bench.settings.query.engines) return names.map((name) => ({ name, why: 'not installed for a quick trial' }));
  const file = join(makeThrowAwayFolder(closing), 'events.csv');
  // Postgres, which may run as another user, writes it.
  writeFileSync(file, '');
  chmodSync(file, 0o666);
  bench.say('writing the events for ClickHouse and DuckDB');
  await exportEvents(pool, file);
  const sides: EngineSide[] = [];
  for (const name of names) sides.push(await startEngine(bench, closing, name, file));
  rmSync(file);
  return sides;
}
