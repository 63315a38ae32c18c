export interface ReadyEvent {
  /** Line number or position, for messages. */
  number: number;
  json: string;
}

export interface Batch {
  /** One event per line (NDJSON). */
  body: string;
  numbers: number[];
}

const MAX_EVENTS = 1_000;
/** Below the default limit of proxies, 1 MB, and far below ingestion's own limit. */
const MAX_BYTES = 900_000;

/** Cuts batches at 1,000 events or 900 KB. If reading fails midway, yields the events read so far, then throws. */
export async function* makeBatches(groups: AsyncIterable<ReadyEvent[]>): AsyncGenerator<Batch> {
  let pending: ReadyEvent[] = [];
  let pendingBytes = 0;
  let failure: { error: unknown } | null = null;

  function cut(): Batch {
    const batch = {
      body: pending.map((event) => event.json).join('\n'),
      numbers: pending.map((event) => event.number),
    };
    pending = [];
    pendingBytes = 0;
    return batch;
  }

  try {
    for await (const group of groups) {
      for (const event of group) {
        const bytes = Buffer.byteLength(event.json) + 1;
        if (pending.length >= MAX_EVENTS || (pending.length > 0 && pendingBytes + bytes > MAX_BYTES)) yield cut();
        pending.push(event);
        pendingBytes += bytes;
      }
    }
  } catch (error) {
    failure = { error };
  }
  if (pending.length > 0) yield cut();
  if (failure !== null) throw failure.error;
}
