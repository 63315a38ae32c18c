/** Asks a funnel, retention or journeys of the page's range and filters: again whenever they change, the earlier answer staying meanwhile. */
import { useEffect, useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { scope } from '../scope.ts';
import { newest, refreshes } from '../use-answer.ts';
import type { Kind } from './shape.ts';

export interface Asked<T> {
  answer?: T | undefined;
  problem?: unknown;
  /** The answer shown is that of an earlier question, or there is none yet. */
  isWaiting: boolean;
}

const paths: Record<Kind, string> = { funnel: '/funnel', retention: '/retention', journeys: '/journeys' };

/** Answers of before, so that Back shows them at once, while they are asked for again. */
const remembered = new Map<string, unknown>();
const rememberedAtMost = 50;

function remember(key: string, answer: unknown): void {
  remembered.delete(key);
  remembered.set(key, answer);
  if (remembered.size > rememberedAtMost) remembered.delete(remembered.keys().next().value!);
}

/** `shape` undefined: nothing is asked. */
export function useBehaviour<T extends { meta: { source: string }; query: { timezone: string } }>(
  kind: Kind,
  shape: object | undefined,
): Asked<T> {
  const [asked, setAsked] = useState<Asked<T> & { key: string }>({ key: '', isWaiting: true });
  const within = scope.value;
  const body = shape && within && JSON.stringify({ ...within, ...shape });
  const key = body === undefined ? '' : `${kind} ${body}`;
  const refresh = refreshes.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all about kind and body.
  useEffect(() => {
    if (body === undefined) return;
    const stopping = new AbortController();
    const known = remembered.get(key) as T | undefined;
    if (known) setAsked({ key, answer: known, isWaiting: false });
    sendJson<T>(paths[kind], { method: 'POST', body: JSON.parse(body), signal: stopping.signal }).then(
      (answer) => {
        if (stopping.signal.aborted) return;
        remember(key, answer);
        newest.value = { at: Date.now(), source: answer.meta.source, zone: answer.query.timezone };
        setAsked({ key, answer, isWaiting: false });
      },
      (problem: unknown) => {
        if (!stopping.signal.aborted) setAsked({ key, problem, isWaiting: false });
      },
    );
    return () => stopping.abort();
  }, [key, refresh]);
  return asked.key === key ? asked : { answer: asked.answer, isWaiting: key !== '' };
}
