/** The files of one process: items are appended, and settled ones are removed. */
import { appendFileSync, closeSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Item } from './queue.js';

export interface Lane {
  append(item: Item): number;
  settle(number: number): void;
  /** True if everything in it was settled. */
  close(): boolean;
}

/** Larger files are not appended to. */
const segmentBytes = 1_000_000;

interface Segment {
  path: string;
  /** The number of the last item in this or an earlier file. */
  last: number;
}

/** Appends to files `1.ndjson`, `2.ndjson` ... in an existing, empty folder. */
export function openLane(folder: string): Lane {
  const segments: Segment[] = [];
  let file: number | undefined;
  let size = 0;
  let count = 0;
  let [last, settled] = [0, 0];
  /** Whether the file ends with half a line from a failed write. */
  let isTorn = false;

  function write(line: string): void {
    if (file === undefined || size >= segmentBytes) {
      if (file !== undefined) closeSync(file);
      count += 1;
      const path = join(folder, `${count}.ndjson`);
      file = openSync(path, 'a', 0o600);
      segments.push({ path, last });
      [size, isTorn] = [0, false];
    }
    const text = isTorn ? `\n${line}\n` : `${line}\n`;
    isTorn = true;
    appendFileSync(file, text);
    isTorn = false;
    size += text.length;
    segments.at(-1)!.last = last;
  }

  function removeSettled(): void {
    while (segments.length > 1 && segments[0]!.last <= settled) rmSync(segments.shift()!.path, { force: true });
  }

  return {
    append({ text, trackedAtMs }) {
      last += 1;
      try {
        write(`{"number":${last},"at":${trackedAtMs},"body":${text}}`);
      } catch (error) {
        last -= 1;
        throw error;
      }
      return last;
    },
    settle(number) {
      settled = number;
      removeSettled();
      if (file === undefined) return;
      if (settled < last) return write(`{"settled":${settled}}`);
      ftruncateSync(file);
      [size, isTorn] = [0, false];
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
      return settled === last;
    },
  };
}

interface Line {
  number?: number;
  at?: number;
  body?: object;
  settled?: number;
}

/** A killed process may leave half a line, which is ignored. */
function parseLine(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return {};
  }
}

const byNumber = (one: string, other: string) => Number.parseInt(one, 10) - Number.parseInt(other, 10);

/** The unsettled items that a process left in its folder, in order. */
export function readLane(folder: string): Item[] {
  const names = readdirSync(folder).filter((name) => /^\d+\.ndjson$/.test(name));
  const lines = names
    .sort(byNumber)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').map(parseLine));
  const settled = lines.reduce((most, line) => Math.max(most, line.settled ?? 0), 0);
  return lines.flatMap(({ number = 0, at = 0, body }) => {
    if (number <= settled || !body) return [];
    const text = JSON.stringify(body);
    return [{ text, bytes: Buffer.byteLength(text), trackedAtMs: at }];
  });
}
