/** Requests to reporting, and what it says when it refuses. */
import { signal } from '@preact/signals';
import { apiBase } from './router.ts';

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** When to ask again, where the answer says so. */
  readonly retryAfterSeconds: number | undefined;
  constructor(status: number, code: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Whether the last request was answered at all. */
export const isReachable = signal(true);

/** `status` 0: nothing came back at all. */
export const isOffline = (error: unknown) => error instanceof ApiError && error.status === 0;

/** To be thrown where no answer came, or only a part of one. */
export function offlineError(): ApiError {
  isReachable.value = false;
  return new ApiError(0, 'offline', '');
}

async function readError(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => undefined)) as
    | { error?: { code: string; message: string } }
    | undefined;
  const { code = 'unknown', message = response.statusText } = body?.error ?? {};
  return new ApiError(response.status, code, message, Number(response.headers.get('retry-after')) || undefined);
}

let refusalListener = (_refusal: ApiError): void => undefined;

/** Hears of every refusal, for what they mean to the page as a whole. */
export function onApiError(listener: (refusal: ApiError) => void): void {
  refusalListener = listener;
}

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  accept?: string;
  signal?: AbortSignal | undefined;
}

/** The answer to a request that was accepted. @throws ApiError */
export async function send(path: string, { method = 'GET', body, accept, signal }: Request = {}): Promise<Response> {
  const headers = {
    ...(accept && { accept }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  let response: Response;
  try {
    response = await fetch(apiBase.value + path, {
      ...{ method, headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    throw signal?.aborted ? error : offlineError();
  }
  isReachable.value = true;
  if (response.ok) return response;
  const refusal = await readError(response);
  refusalListener(refusal);
  throw refusal;
}

/** The JSON of the answer; undefined where it has none. @throws ApiError */
export async function sendJson<T>(path: string, request?: Request): Promise<T> {
  const response = await send(path, request);
  if (response.status === 204) return undefined as T;
  return response.json().catch((error: unknown) => {
    throw request?.signal?.aborted ? error : offlineError();
  });
}
