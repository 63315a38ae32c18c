/** What reads of one request share besides their snapshot. */
import type { SegmentEngine } from '../segments/segment-engine.js';
import type { Admit } from './reading-cost.js';

export interface Reads {
  admit?: Admit | undefined;
  /** Absent: everything is counted from rollups and raw events. */
  engine?: SegmentEngine | undefined;
  /** Fires when nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
}
