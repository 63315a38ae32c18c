/** The process of one engine: loads and answers what it is told to, and says what that took. */
import type { Engine, EngineAnswer, EngineCall, EngineReply } from './engine-call.js';
import type { EngineName } from './install-engine.js';
import { openClickhouse } from './open-clickhouse.js';
import { openDuckdb } from './open-duckdb.js';

const [name, folder = '', dataFolder = ''] = process.argv.slice(2) as [EngineName, string, string];

async function ask(engine: Engine, statements: string[]): Promise<EngineAnswer['tables']> {
  const tables: EngineAnswer['tables'] = [];
  for (const statement of statements) tables.push(await engine.ask(statement));
  return tables;
}

async function timeRuns(engine: Engine, statements: string[], runs: number): Promise<EngineAnswer> {
  const tables = await ask(engine, statements);
  const wallMs: number[] = [];
  const before = process.cpuUsage();
  for (let run = 0; run < runs; run += 1) {
    const startedAt = performance.now();
    await ask(engine, statements);
    wallMs.push(performance.now() - startedAt);
  }
  const { user, system } = process.cpuUsage(before);
  return { tables, wallMs, cpuMs: (user + system) / 1_000 / runs };
}

async function reply(engine: Engine, call: EngineCall): Promise<EngineReply> {
  try {
    if (call.kind === 'load') return { id: call.id, loaded: await engine.load(call.file) };
    return { id: call.id, answer: await timeRuns(engine, call.statements, call.runs) };
  } catch (error) {
    return { id: call.id, problem: (error as Error).message };
  }
}

const engine = name === 'clickhouse' ? openClickhouse(folder, dataFolder) : await openDuckdb(folder);
process.on('message', async (call: EngineCall) => process.send!(await reply(engine, call)));
// It ends with the process that asks.
process.channel!.ref();
