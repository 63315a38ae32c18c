/** Turns V8's readiness to let garbage pile up into a process that stays small under load. */
import { setFlagsFromString } from 'node:v8';

/**
 * Collects old garbage when the heap has grown to two and a half times what was in use after the last time, instead of to up to
 * four times: large batches leave megabytes of text behind that live for milliseconds. Measured while taking batches as fast as
 * possible: 180 MB instead of 225 MB, at the same rate; a third of this growth saves 30 MB more and costs a tenth of the rate.
 * Call it first in `main`.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=150');
}
