/**
 * Lists that live as long as a task of a thread, in memory that its next task uses again: pages that the system hands out cost several
 * times what is written to them.
 */

/** What each thread keeps at most. */
const mostBytes = 64 * 2 ** 20;

let memory = new ArrayBuffer(0);
let used = 0;
/** Bytes that the task has asked for so far, including those that did not fit. */
let wanted = 0;
let isKept = false;

/** Frees the lists of the previous task. Until the first call, as in every process that is no engine thread, each list allocates its own memory. */
export function beginTask(): void {
  isKept = true;
  if (wanted > memory.byteLength && memory.byteLength < mostBytes)
    memory = new ArrayBuffer(Math.min(mostBytes, wanted));
  [used, wanted] = [0, 0];
}

/** Reserves `bytes` and returns their offset; undefined when they do not fit. */
function take(bytes: number): number | undefined {
  if (!isKept) return undefined;
  wanted += 8 * Math.ceil(bytes / 8);
  if (wanted > memory.byteLength) return undefined;
  const place = used;
  used = wanted;
  return place;
}

/** All zero. Not to be posted, which would send the memory of all lists. */
export function taskUint32s(length: number): Uint32Array {
  const place = take(4 * length);
  return place === undefined ? new Uint32Array(length) : new Uint32Array(memory, place, length).fill(0);
}

/** The same of doubles. */
export function taskFloat64s(length: number): Float64Array {
  const place = take(8 * length);
  return place === undefined ? new Float64Array(length) : new Float64Array(memory, place, length).fill(0);
}
