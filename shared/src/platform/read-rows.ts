/** Reads COPY's binary format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format". */

/** One row, valid until the next one is read. */
export interface RowBytes {
  bytes: Buffer;
  /** Start and end of each column's value; the start is -1 for null. */
  starts: Int32Array;
  ends: Int32Array;
}

const headerBytes = 19;
const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');

/** The end of the row that begins at `start`; undefined if the row is incomplete. */
function findFields({ bytes, starts, ends }: RowBytes, start: number): number | undefined {
  let at = start + 2;
  for (let column = 0; column < starts.length; column += 1) {
    if (at + 4 > bytes.length) return undefined;
    const length = bytes.readInt32BE(at);
    at += 4;
    starts[column] = length < 0 ? -1 : at;
    if (length > 0) at += length;
    ends[column] = at;
  }
  return at > bytes.length ? undefined : at;
}

interface RowReader {
  read(chunk: Buffer): void;
  /** @throws Error if the end marker is missing. */
  end(): void;
}

function createRowReader(columns: number, onRow: (row: RowBytes) => void): RowReader {
  const row: RowBytes = { bytes: Buffer.alloc(0), starts: new Int32Array(columns), ends: new Int32Array(columns) };
  let rest: Buffer = Buffer.alloc(0);
  let hasBegun = false;
  return {
    read(chunk) {
      row.bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      rest = row.bytes;
      let at = 0;
      if (!hasBegun) {
        if (rest.length < headerBytes) return;
        if (!rest.subarray(0, signature.length).equals(signature))
          throw new Error('The data is not in the binary COPY format');
        at = headerBytes;
        hasBegun = true;
      }
      while (at + 2 <= row.bytes.length && row.bytes.readInt16BE(at) === columns) {
        const end = findFields(row, at);
        if (end === undefined) break;
        onRow(row);
        at = end;
      }
      rest = row.bytes.subarray(at);
    },
    end() {
      // The end marker is a column count of -1.
      if (rest.length !== 2 || rest.readInt16BE(0) !== -1) throw new Error('The rows of a COPY are incomplete');
    },
  };
}

/**
 * Calls `onRow` for each row of `chunks`. Reads all chunks even after an error: the connection can be reused only then.
 * @throws Error if the bytes have another format; whatever `onRow` throws.
 */
export async function readRows(
  chunks: AsyncIterable<Buffer>,
  columns: number,
  onRow: (row: RowBytes) => void,
): Promise<void> {
  const reader = createRowReader(columns, onRow);
  let failure: { error: unknown } | undefined;
  for await (const chunk of chunks) {
    if (failure) continue;
    try {
      reader.read(chunk);
    } catch (error) {
      failure = { error };
    }
  }
  if (failure) throw failure.error;
  reader.end();
}

/** 2000-01-01 in microseconds since 1970. */
const epochMicros = 946_684_800_000_000;

/** A timestamptz in microseconds since 1970. */
export function readMicros({ bytes, starts }: RowBytes, column: number): number {
  const at = starts[column]!;
  return bytes.readInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4) + epochMicros;
}
