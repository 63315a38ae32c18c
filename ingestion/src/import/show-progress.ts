/** Shows the running tally as a progress bar on a terminal, and as a plain line every few seconds elsewhere. */
import cliProgress from 'cli-progress';
import type { ImportTally } from './create-tally.js';

export interface Progress {
  /** Shows one line of text without spoiling the bar. */
  note(text: string): void;
  stop(): void;
}

export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean };

const BAR_EVERY_MS = 200;
const LINE_EVERY_MS = 5_000;
const CLEAR_LINE = '\r\u001b[K';

/** Starts showing at once. `totalBytes` null means unknown: then there is neither bar nor time left, only counts. */
export function showProgress(stream: ProgressStream, tally: ImportTally, totalBytes: number | null): Progress {
  return stream.isTTY ? showBar(stream, tally, totalBytes) : showLines(stream, tally, totalBytes);
}

function showBar(stream: ProgressStream, tally: ImportTally, totalBytes: number | null): Progress {
  const startedAt = Date.now();
  const known = totalBytes !== null && totalBytes > 0;
  const counts = '{readMb} MB | {lines} lines | {rate} lines/s';
  const bar = new cliProgress.SingleBar(
    {
      stream,
      format: known ? `{bar} {percentage} % | ${counts} | {eta_formatted} left` : counts,
      hideCursor: false,
      etaBuffer: 50,
    },
    cliProgress.Presets.shades_classic,
  );
  const payload = () => ({
    readMb: megabytes(tally.bytesRead),
    lines: tally.lines.toLocaleString('en'),
    rate: linesPerSecond(tally, startedAt).toLocaleString('en'),
  });
  const update = () => bar.update(tally.bytesRead, payload());
  bar.start(known ? totalBytes : 1, 0, payload());
  const timer = setInterval(update, BAR_EVERY_MS);
  return {
    note: (text) => void stream.write(`${CLEAR_LINE}${text}\n`),
    stop() {
      clearInterval(timer);
      update();
      bar.stop();
    },
  };
}

function showLines(stream: ProgressStream, tally: ImportTally, totalBytes: number | null): Progress {
  const startedAt = Date.now();
  function show(): void {
    const rate = linesPerSecond(tally, startedAt).toLocaleString('en');
    const counts = `${tally.lines.toLocaleString('en')} lines, ${rate} lines/s`;
    const rest = totalBytes === null ? '' : ` of ${megabytes(totalBytes)} MB${timeLeft(tally, totalBytes, startedAt)}`;
    stream.write(`${counts}, ${megabytes(tally.bytesRead)}${rest === '' ? ' MB' : rest}\n`);
  }
  const timer = setInterval(show, LINE_EVERY_MS);
  return { note: (text) => void stream.write(`${text}\n`), stop: () => clearInterval(timer) };
}

function timeLeft(tally: ImportTally, totalBytes: number, startedAt: number): string {
  if (tally.bytesRead === 0) return '';
  const secondsPerByte = secondsSince(startedAt) / tally.bytesRead;
  return `, about ${Math.ceil(secondsPerByte * Math.max(0, totalBytes - tally.bytesRead))} s left`;
}

function linesPerSecond(tally: ImportTally, startedAt: number): number {
  return Math.round(tally.lines / secondsSince(startedAt));
}

function secondsSince(startedAt: number): number {
  return Math.max(1, Date.now() - startedAt) / 1000;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
