import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
}

/** Self time as a share of the busy time. */
export interface ProfileShare {
  what: string;
  percent: number;
}

export interface ProfileSummary {
  busySeconds: number;
  idleSeconds: number;
  packages: ProfileShare[];
  functions: ProfileShare[];
}

/** Reads and deletes all profiles in `folder`; `undefined` when there are none. */
export function takeProfiles(folder: string): CpuProfile[] | undefined {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  const profiles = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile);
  rmSync(folder, { recursive: true });
  return profiles.length > 0 ? profiles : undefined;
}

/** For example `bullmq` for a file in node_modules, `ingestion` for one of ours, `node:http`, or `(V8)` for the engine itself. */
function packageOf(url: string): string {
  if (url === '') return '(V8)';
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return installed ?? /([^/]+)\/dist\//.exec(url)?.[1] ?? url;
}

const fileOf = (url: string) => (url.startsWith('node:') ? '' : ` ${url.split('/').at(-1)}`);

function* selfTimes(profile: CpuProfile): Generator<{ what: string; owner: string; micros: number }> {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  for (const [index, id] of profile.samples.entries()) {
    const { functionName = '', url = '' } = frames.get(id) ?? {};
    const owner = packageOf(url);
    // A sample lasts until the next one.
    const micros = profile.timeDeltas[index + 1] ?? 0;
    yield { what: `${functionName || '(anonymous)'} [${owner}${url && fileOf(url)}]`, owner, micros };
  }
}

function toShares(micros: Map<string, number>, busyMicros: number, most: number): ProfileShare[] {
  const sorted = [...micros].sort(([, a], [, b]) => b - a).slice(0, most);
  return sorted.map(([what, time]) => ({ what, percent: (time / busyMicros) * 100 }));
}

export function summarizeProfiles(profiles: CpuProfile[]): ProfileSummary {
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let [busyMicros, idleMicros] = [0, 0];
  for (const { what, owner, micros } of profiles.flatMap((profile) => [...selfTimes(profile)])) {
    if (what.startsWith('(idle)')) {
      idleMicros += micros;
      continue;
    }
    busyMicros += micros;
    functions.set(what, (functions.get(what) ?? 0) + micros);
    packages.set(owner, (packages.get(owner) ?? 0) + micros);
  }
  return {
    busySeconds: busyMicros / 1e6,
    idleSeconds: idleMicros / 1e6,
    packages: toShares(packages, busyMicros, 10),
    functions: toShares(functions, busyMicros, 25),
  };
}
