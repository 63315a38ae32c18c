/** Shows a command's progress: a bar on a terminal, elsewhere a line every few seconds. */
import cliProgress from 'cli-progress';

/** Functions are called at each update. */
export interface Shown {
  /** Amount that determines the bar and the time left, such as bytes. */
  done(): number;
  /** Null: unknown, so only counts are shown. */
  total: number | null;
  /** Formats `done` and `total`, for example 1,200,000 bytes as `1.2`. */
  format(amount: number): string;
  /** Unit of `format`, such as `MB`. */
  unit: string;
  /** A second count and its name, such as `lines`. */
  count(): number;
  counted: string;
}

export interface Progress {
  /** Prints a line of text without disturbing the bar. */
  note(text: string): void;
  stop(): void;
}

export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean };

const BAR_EVERY_MS = 200;
const LINE_EVERY_MS = 5_000;
const CLEAR_LINE = '\r\u001b[K';

export function showProgress(stream: ProgressStream, shown: Shown): Progress {
  return stream.isTTY ? showBar(stream, shown) : showLines(stream, shown);
}

function showBar(stream: ProgressStream, shown: Shown): Progress {
  const startedAt = Date.now();
  const { unit, counted, total } = shown;
  const known = total !== null && total > 0;
  const counts = `{amount} ${unit} | {count} ${counted} | {rate} ${counted}/s`;
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
    amount: shown.format(shown.done()),
    count: shown.count().toLocaleString('en'),
    rate: countPerSecond(shown, startedAt).toLocaleString('en'),
  });
  const update = () => bar.update(shown.done(), payload());
  bar.start(known ? total : 1, 0, payload());
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

function showLines(stream: ProgressStream, shown: Shown): Progress {
  const startedAt = Date.now();
  const { unit, counted, total } = shown;
  function show(): void {
    const rate = countPerSecond(shown, startedAt).toLocaleString('en');
    const counts = `${shown.count().toLocaleString('en')} ${counted}, ${rate} ${counted}/s`;
    const rest = total === null ? ` ${unit}` : ` of ${shown.format(total)} ${unit}${timeLeft(shown, total, startedAt)}`;
    stream.write(`${counts}, ${shown.format(shown.done())}${rest}\n`);
  }
  const timer = setInterval(show, LINE_EVERY_MS);
  return { note: (text) => void stream.write(`${text}\n`), stop: () => clearInterval(timer) };
}

function timeLeft({ done }: Shown, total: number, startedAt: number): string {
  if (done() === 0) return '';
  const secondsPerUnit = secondsSince(startedAt) / done();
  return `, about ${Math.ceil(secondsPerUnit * Math.max(0, total - done()))} s left`;
}

function countPerSecond({ count }: Shown, startedAt: number): number {
  return Math.round(count() / secondsSince(startedAt));
}

function secondsSince(startedAt: number): number {
  return Math.max(1, Date.now() - startedAt) / 1000;
}
