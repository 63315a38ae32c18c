import { signal } from '@preact/signals';
import { apiBase } from './router.ts';

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** From the header `Retry-After`, if there is one. */
  readonly retryAfterSeconds: number | undefined;
  constructor(status: number, code: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** False while requests get no response. */
export const isReachable = signal(true);

/** `status` 0: there was no response. */
export const isOffline = (error: unknown) => error instanceof ApiError && error.status === 0;

/** For a request without a response, or with a truncated one. */
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

/** Called with every error response, for those that concern the whole page, such as an expired session. */
export function onApiError(listener: (refusal: ApiError) => void): void {
  refusalListener = listener;
}

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  accept?: string;
  signal?: AbortSignal | undefined;
}

/** Resolves with a successful response. @throws ApiError */
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

/** The JSON of a response, or undefined for a 204. @throws ApiError */
export async function sendJson<T>(path: string, request?: Request): Promise<T> {
  const response = await send(path, request);
  if (response.status === 204) return undefined as T;
  return response.json().catch((error: unknown) => {
    throw request?.signal?.aborted ? error : offlineError();
  });
}
