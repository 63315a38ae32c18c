/** Sends a change and tracks its state. */
import { useState } from 'preact/hooks';
import { type Request, sendJson } from '../api.ts';

export interface Change {
  problem?: unknown;
  isSending: boolean;
  /** The last change succeeded. */
  isDone: boolean;
  /** `after` receives the response. Errors end up in `problem` instead of being thrown. */
  send<T>(path: string, request: Request, after?: (response: T) => void): void;
}

export function useChange(): Change {
  const [state, setState] = useState<Omit<Change, 'send'>>({ isSending: false, isDone: false });
  return {
    ...state,
    send<T>(path: string, request: Request, after?: (response: T) => void) {
      setState({ isSending: true, isDone: false });
      sendJson<T>(path, request).then(
        (response) => {
          setState({ isSending: false, isDone: true });
          after?.(response);
        },
        (problem: unknown) => setState({ problem, isSending: false, isDone: false }),
      );
    },
  };
}

/** The trimmed text of a field; undefined if empty. */
export const textOf = (form: FormData, name: string): string | undefined =>
  String(form.get(name) ?? '').trim() || undefined;
