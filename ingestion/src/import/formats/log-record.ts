/** What every format of log is read into. */
export interface LogRecord {
  /** An address in its one form, or a name; null when the line does not say. */
  client: string | null;
  /** Of the site that was asked for, lower case, without port; null when the line does not say. */
  hostname: string | null;
  /** ISO 8601 with a zone. */
  timestamp: string;
  /** Null when the request line has no method, as with `-` or binary garbage. */
  method: string | null;
  /** Path and query, percent-encoded in one form; empty when the request line is malformed. */
  target: string;
  status: number;
  /** Null when the log has no such field. */
  bytes: number | null;
  referrer: string | null;
  userAgent: string | null;
}

export interface RawLine {
  /** Without its line end. */
  text: string;
  /** False for a last line without line end, which may be cut off. */
  ended: boolean;
}

/** `comment` is a line that belongs to the format and is no request; null is a line that is not in the format. */
export type ParseLine = (line: RawLine) => LogRecord | 'comment' | null;

/** Names of JSON fields that `--json-fields` gives, by what they hold. */
export type JsonFields = Readonly<Record<string, string>>;

export interface LogFormat {
  /** As `--format` takes them; the first is the one that is shown. */
  names: readonly string[];
  /** A parser keeps what earlier lines of the same file said, so each file gets its own. */
  createParser(jsonFields: JsonFields): ParseLine;
}
