/** A bar on a terminal that shows how far an export is. */
import type { Writable } from 'node:stream';
import { formatBytes } from '../delivery/format-figure.js';
import type { Progress } from './export-runs.js';

const width = 24;
const everyMs = 100;

const grouped = (number: number) => number.toLocaleString('en-US');

const sizeOf = (bytes: number) => (bytes < 1_000 ? `${bytes} bytes` : formatBytes(bytes));

/** Such as `[======                  ] 25 %  1,200,000 rows  96.1 MB`. */
export function progressLine({ rows, bytes, percent }: Progress): string {
  const done =
    percent === null ? '' : `[${'='.repeat(Math.round((percent * width) / 100)).padEnd(width)}] ${percent} %  `;
  return `${done}${grouped(rows)} rows  ${sizeOf(bytes)}`;
}

export interface ProgressBar {
  show(progress: Progress): void;
  /** Takes the bar away. */
  end(): void;
}

/** Draws nothing where nobody looks. */
export function createProgressBar(stream: Writable & { isTTY?: boolean }): ProgressBar {
  let shownAt = 0;
  const draw = (line: string) => stream.isTTY && stream.write(`\r\u001b[K${line}`);
  return {
    show(progress) {
      if (Date.now() - shownAt < everyMs) return;
      shownAt = Date.now();
      draw(progressLine(progress));
    },
    end: () => void draw(''),
  };
}
