/** Who looks at the page, and what they may see and change. */
import { effect, signal } from '@preact/signals';
import { ApiError, onApiError, sendJson } from './api.ts';
import { t } from './i18n/text.ts';
import { navigate, rootUrl, route, siteUrl } from './router.ts';

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

/** Undefined until it is fresh. */
export const session = signal<Session | undefined>(undefined);
/** Why there is none. */
export const sessionProblem = signal<unknown>(undefined);

/** There was a session, and it has ended while the page was open. */
export const hasExpired = signal(false);

export const canEdit = () => session.value?.auth === 'open' || session.value?.scopes.includes('admin') === true;
export const canView = (siteId: string) => (session.value?.site_id ?? siteId) === siteId;
/** What the installation as a whole does is for those who may change all sites. */
export const canOperate = () => canEdit() && session.value?.site_id === null;

const fetchSession = () => sendJson<Session>('/session');

export async function loadSession(): Promise<void> {
  try {
    session.value = await fetchSession();
    sessionProblem.value = undefined;
  } catch (error) {
    // The reader may have logged in while this was on its way.
    if (!session.value) sessionProblem.value = error;
  }
}

/** It was logged out elsewhere, its key was revoked, or the shared link was. */
const isExpired = (error: unknown) => error instanceof ApiError && [401, 403, 404].includes(error.status);

async function recheck(): Promise<void> {
  try {
    const fresh = await fetchSession();
    if (JSON.stringify(fresh) !== JSON.stringify(session.value)) session.value = fresh;
  } catch (error) {
    if (!isExpired(error)) return;
    session.value = undefined;
    sessionProblem.value = error;
    hasExpired.value = true;
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
  session.value = await fetchSession().catch((error: unknown) => {
    throw isExpired(error) ? new ApiError(403, 'no_cookie', t('login.no_cookie')) : error;
  });
  sessionProblem.value = undefined;
  hasExpired.value = false;
}

/** Loads the page again, so that nothing of what was shown stays. @throws ApiError */
export async function logOut(): Promise<void> {
  await sendJson('/session', { method: 'DELETE' });
  location.assign(rootUrl());
}

/** Notices when the session ends, and brings those who may see one site there. */
export function watchSession(): void {
  onApiError(({ status }) => {
    if (status === 401 || (status === 404 && route.value.slug !== undefined)) void recheckSession();
  });
  effect(() => {
    const only = session.value?.site_id;
    if (only && route.value.page === 'sites') navigate(siteUrl(only), { replace: true });
  });
}
