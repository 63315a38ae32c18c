/** The script for web vitals; it may load before or after the main one. */
import type { Millrace } from './api.js';
import { countVitals } from './vitals.js';

interface Stub {
  (...call: unknown[]): void;
  q?: unknown[][];
}

const page = window as { millrace?: Millrace | Stub };
const stub: Stub = (...call) => {
  stub.q = [...(stub.q ?? []), call];
};
page.millrace ??= stub;
countVitals((...event) => (page.millrace as Stub)('track', ...event));
