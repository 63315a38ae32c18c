const levels: Record<number, string> = { 10: 'TRACE', 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };

interface LogRecord {
  level?: number;
  time?: number;
  msg?: string;
  err?: { message?: string; stack?: string };
  [field: string]: unknown;
}

/** Returns `time level service message field=value...`; a line that is not a JSON object is shown as it is, after the service's name. */
export function formatLogLine(service: string, line: string): string {
  const record = parseRecord(line);
  if (!record) return `${' '.repeat(19)}${service.padEnd(10)} ${printable(line)}`;
  const { level, time, msg, err, pid: _pid, hostname: _hostname, service: _service, ...fields } = record;
  const head = [clock(time), (levels[level ?? 30] ?? String(level)).padEnd(5), service.padEnd(10)];
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${formatValue(value)}`);
  const text = printable([...head, msg ?? '', ...rest, ...(err?.message ? [`error=${err.message}`] : [])].join(' '));
  const stack = (err?.stack ?? '').split('\n').slice(1);
  return [text, ...stack.map((frame) => `    ${printable(frame.trim())}`)].join('\n');
}

function parseRecord(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return undefined;
  }
}

/** Local time with milliseconds; the Swedish locale writes it as 23:59:59. */
function clock(time: number | undefined): string {
  const date = new Date(time ?? Date.now());
  return `${date.toLocaleTimeString('sv')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function formatValue(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** Logs can contain text from requests, whose control characters would be commands to the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) =>
    character === '\t' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
