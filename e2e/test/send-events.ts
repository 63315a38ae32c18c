/** Sends numbered events and records which ones were answered with 200. */

export interface SentEvents {
  /** Ids whose request was answered with 200. */
  accepted: Set<string>;
  /** How often each status was seen; 0 stands for no response. */
  statuses: Map<number, number>;
  /** Resolves when no request is pending. */
  end(): Promise<void>;
}

/** A UUID that contains `number`. */
export const eventId = (number: number) => `0190a5b0-7c3d-7000-8000-${String(number).padStart(12, '0')}`;

export const numberedEvent = (number: number) => ({
  site_id: `site-${number % 3}`,
  event_type: 'view',
  path: `/page/${number % 10}`,
  user_id: `user-${number % 50}`,
  timestamp: new Date(Date.UTC(2025, 10, 14) + number * 1_000).toISOString(),
  event_id: eventId(number),
});

/** Posts one body. Returns the status, or 0 when there is no response within `timeoutMs`. */
export async function post(url: string, body: unknown, timeoutMs = 10_000): Promise<number> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

/**
 * Posts single events from `clients` concurrent clients until `end` is called. The target can change, so it is a function. Each client
 * pauses for `pauseMs` after an event.
 */
export function keepSending(ingestionUrl: string | (() => string), clients: number, pauseMs = 0): SentEvents {
  const accepted = new Set<string>();
  const statuses = new Map<number, number>();
  let next = 0;
  let ended = false;
  async function client(): Promise<void> {
    while (!ended) {
      const event = numberedEvent(next++);
      const url = typeof ingestionUrl === 'string' ? ingestionUrl : ingestionUrl();
      const status = await post(`${url}/event`, event);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 200) accepted.add(event.event_id);
      const waitMs = status === 200 ? pauseMs : 20;
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    accepted,
    statuses,
    async end() {
      ended = true;
      await running;
    },
  };
}
