/** Who looks at the page, and what they may see and change. */
import { signal } from '@preact/signals';
import { ApiError, sendJson } from './api.ts';

export interface Session {
  /** `open`: everybody who reaches the page may do everything. */
  auth: 'open' | 'key' | 'share';
  scopes: string[];
  /** The only site that may be seen; null: all. */
  site_id: string | null;
  name?: string;
  /** What a shared link is limited to. */
  filters?: unknown[] | null;
}

/** Undefined until it is known. */
export const session = signal<Session | undefined>(undefined);
/** Why there is none. */
export const sessionProblem = signal<unknown>(undefined);

export const mayChange = () => session.value?.auth === 'open' || session.value?.scopes.includes('admin') === true;

export async function loadSession(): Promise<void> {
  try {
    session.value = await sendJson<Session>('/session');
    sessionProblem.value = undefined;
  } catch (error) {
    sessionProblem.value = error;
  }
}

/** @throws ApiError */
export async function logIn(secret: { key: string } | { password: string }): Promise<void> {
  session.value = await sendJson<Session>('/session', { method: 'POST', body: secret });
  sessionProblem.value = undefined;
}

export async function logOut(): Promise<void> {
  await sendJson('/session', { method: 'DELETE' });
  session.value = undefined;
  sessionProblem.value = new ApiError(401, 'unauthorized', '');
}
