/** Who looks at the page, and what they may see and change. */
import { effect, signal } from '@preact/signals';
import { ApiError, onRefusal, sendJson } from './api.ts';
import { t } from './i18n/text.ts';
import { goTo, place, rootAddress, siteAddress } from './router.ts';

interface Session {
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

/** There was a session, and it has ended while the page was open. */
export const hasEnded = signal(false);

export const mayChange = () => session.value?.auth === 'open' || session.value?.scopes.includes('admin') === true;
export const maySee = (siteId: string) => (session.value?.site_id ?? siteId) === siteId;
/** What the installation as a whole does is for those who may change all sites. */
export const mayOperate = () => mayChange() && session.value?.site_id === null;

const ask = () => sendJson<Session>('/session');

export async function loadSession(): Promise<void> {
  try {
    session.value = await ask();
    sessionProblem.value = undefined;
  } catch (error) {
    // The reader may have logged in while this was on its way.
    if (!session.value) sessionProblem.value = error;
  }
}

/** It was logged out elsewhere, its key was revoked, or the shared link was. */
const isOver = (error: unknown) => error instanceof ApiError && [401, 403, 404].includes(error.status);

async function recheck(): Promise<void> {
  try {
    const known = await ask();
    if (JSON.stringify(known) !== JSON.stringify(session.value)) session.value = known;
  } catch (error) {
    if (!isOver(error)) return;
    session.value = undefined;
    sessionProblem.value = error;
    hasEnded.value = true;
  }
}

let checking: Promise<void> | undefined;

/** Asks whether the session still holds; of what cannot be found out now nothing is believed. */
export async function recheckSession(): Promise<void> {
  if (!session.value) return;
  checking ??= recheck().finally(() => {
    checking = undefined;
  });
  await checking;
}

/** @throws ApiError */
export async function logIn(secret: { key: string } | { password: string }): Promise<void> {
  await sendJson('/session', { method: 'POST', body: secret });
  // A browser keeps no cookie of a page in a frame of another site without HTTPS.
  session.value = await ask().catch((error: unknown) => {
    throw isOver(error) ? new ApiError(403, 'no_cookie', t('login.no_cookie')) : error;
  });
  sessionProblem.value = undefined;
  hasEnded.value = false;
}

/** Loads the page again, so that nothing of what was shown stays. @throws ApiError */
export async function logOut(): Promise<void> {
  await sendJson('/session', { method: 'DELETE' });
  location.assign(rootAddress());
}

/** Notices when the session ends, and brings those who may see one site there. */
export function followSession(): void {
  onRefusal(({ status }) => {
    if (status === 401 || (status === 404 && place.value.slug !== undefined)) void recheckSession();
  });
  effect(() => {
    const only = session.value?.site_id;
    if (only && place.value.page === 'sites') goTo(siteAddress(only), { replace: true });
  });
}
