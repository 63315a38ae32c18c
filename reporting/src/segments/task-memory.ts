/**
 * Arrays that live as long as a thread's task, in memory that its next task reuses: getting fresh pages from the system takes
 * several times as long as filling them.
 */

/** Limit for each thread. */
const maxBytes = 64 * 2 ** 20;

let memory = new ArrayBuffer(0);
let used = 0;
/** Bytes that the task has requested so far, including those that did not fit. */
let requested = 0;
let isEnabled = false;

/**
 * Frees the arrays of the previous task. Before the first call, as in any process but an engine thread, each array has its own
 * memory.
 */
export function beginTask(): void {
  isEnabled = true;
  if (requested > memory.byteLength && memory.byteLength < maxBytes)
    memory = new ArrayBuffer(Math.min(maxBytes, requested));
  [used, requested] = [0, 0];
}

/** Reserves `bytes` and returns their offset; undefined when they do not fit. */
function reserve(bytes: number): number | undefined {
  if (!isEnabled) return undefined;
  requested += 8 * Math.ceil(bytes / 8);
  if (requested > memory.byteLength) return undefined;
  const offset = used;
  used = requested;
  return offset;
}

/** Filled with zeros. Must not be posted to another thread, which would send the memory of all arrays. */
export function taskUint32s(length: number): Uint32Array {
  const offset = reserve(4 * length);
  return offset === undefined ? new Uint32Array(length) : new Uint32Array(memory, offset, length).fill(0);
}

/** Like {@link taskUint32s}, for doubles. */
export function taskFloat64s(length: number): Float64Array {
  const offset = reserve(8 * length);
  return offset === undefined ? new Float64Array(length) : new Float64Array(memory, offset, length).fill(0);
}
