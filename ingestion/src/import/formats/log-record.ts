export interface LogRecord {
  /** A normalized address or a name; null if the line has none. */
  client: string | null;
  /** Requested host in lower case, without port; null if the line has none. */
  hostname: string | null;
  /** ISO 8601 with a zone. */
  timestamp: string;
  /** Null if the request line has no method, such as `-` or binary garbage. */
  method: string | null;
  /** Path and query with normalized percent-encoding; empty if the request line is malformed. */
  target: string;
  status: number;
  /** Null when the log has no such field. */
  bytes: number | null;
  referrer: string | null;
  userAgent: string | null;
}

export interface RawLine {
  /** Without its line break. */
  text: string;
  /** False for a last line without a line break, which may be incomplete. */
  ended: boolean;
}

/** `comment`: a valid line that is not a request; null: a line that is not in this format. */
export type ParseLine = (line: RawLine) => LogRecord | 'comment' | null;

/** Names of JSON fields from `--json-fields`. */
export type JsonFields = Readonly<Record<string, string>>;

export interface LogFormat {
  /** Values of `--format`; messages show the first. */
  names: readonly string[];
  /** A parser may keep state from earlier lines, so each file needs a new one. */
  createParser(jsonFields: JsonFields): ParseLine;
}
