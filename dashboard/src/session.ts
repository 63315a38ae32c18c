/** The session: who is logged in, and what they can see and change. */
import { effect, signal } from '@preact/signals';
import { ApiError, onApiError, sendJson } from './api.ts';
import { t } from './i18n/text.ts';
import { navigate, rootUrl, route, siteUrl } from './router.ts';

interface Session {
  /** `open`: anyone who can reach the server has full access. */
  auth: 'open' | 'key' | 'share';
  scopes: string[];
  /** The only accessible site; null for all. */
  site_id: string | null;
  name?: string;
  /** The limits of a shared link. */
  filters?: unknown[] | null;
}

/** Undefined until loaded. */
export const session = signal<Session | undefined>(undefined);
/** Why there is no session. */
export const sessionProblem = signal<unknown>(undefined);

/** The session has ended while the page was open. */
export const hasExpired = signal(false);

export const canEdit = () => session.value?.auth === 'open' || session.value?.scopes.includes('admin') === true;
export const canView = (siteId: string) => (session.value?.site_id ?? siteId) === siteId;
/** Operating the installation requires access to all sites. */
export const canOperate = () => canEdit() && session.value?.site_id === null;

const fetchSession = () => sendJson<Session>('/session');

export async function loadSession(): Promise<void> {
  try {
    session.value = await fetchSession();
    sessionProblem.value = undefined;
  } catch (error) {
    // The user may have logged in meanwhile.
    if (!session.value) sessionProblem.value = error;
  }
}

/** The user logged out elsewhere, or the key or shared link was revoked. */
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

/** Checks whether the session is still valid. Other failures, such as being offline, change nothing. */
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
  // In a frame of another site, browsers keep no cookie without HTTPS.
  session.value = await fetchSession().catch((error: unknown) => {
    throw isExpired(error) ? new ApiError(403, 'no_cookie', t('login.no_cookie')) : error;
  });
  sessionProblem.value = undefined;
  hasExpired.value = false;
}

/** Reloads the page, so that nothing that was shown remains. @throws ApiError */
export async function logOut(): Promise<void> {
  await sendJson('/session', { method: 'DELETE' });
  location.assign(rootUrl());
}

/** Notices when the session ends, and redirects users limited to one site from the list of sites to it. */
export function watchSession(): void {
  onApiError(({ status }) => {
    if (status === 401 || (status === 404 && route.value.slug !== undefined)) void recheckSession();
  });
  effect(() => {
    const only = session.value?.site_id;
    if (only && route.value.page === 'sites') navigate(siteUrl(only), { replace: true });
  });
}
