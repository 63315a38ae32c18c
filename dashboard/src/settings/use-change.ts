/** Sends a change, and says what came of it. */
import { useState } from 'preact/hooks';
import { type Request, sendJson } from '../api.ts';

export interface Change {
  problem?: unknown;
  isSending: boolean;
  /** The last one was accepted. */
  isDone: boolean;
  /** `after` gets the answer. A refusal is in `problem`, not thrown. */
  send<T>(path: string, request: Request, after?: (answer: T) => void): void;
}

export function useChange(): Change {
  const [state, setState] = useState<Omit<Change, 'send'>>({ isSending: false, isDone: false });
  return {
    ...state,
    send<T>(path: string, request: Request, after?: (answer: T) => void) {
      setState({ isSending: true, isDone: false });
      sendJson<T>(path, request).then(
        (answer) => {
          setState({ isSending: false, isDone: true });
          after?.(answer);
        },
        (problem: unknown) => setState({ problem, isSending: false, isDone: false }),
      );
    },
  };
}

/** The text of a field, without spaces around it; undefined for nothing. */
export const textOf = (form: FormData, name: string): string | undefined =>
  String(form.get(name) ?? '').trim() || undefined;
