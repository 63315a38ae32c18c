/** The page that the address names. */
import { ApiError, isOffline } from './api.ts';
import { t } from './i18n/text.ts';
import { SitePage } from './pages/site-page.tsx';
import { Lazy, type Loader } from './parts/lazy.tsx';
import { Problem } from './parts/problem.tsx';
import { type Place, place } from './place.ts';
import { session, sessionProblem } from './session.ts';

/** Pages that are not needed to see a site come when they are asked for. */
const loaders: Partial<Record<Place['page'], Loader>> = {
  sites: async () => (await import('./pages/sites-page.tsx')).SitesPage,
};

const needsLogin = (problem: unknown) => problem instanceof ApiError && problem.status === 401;
const loadLogin: Loader = async () => (await import('./pages/login-page.tsx')).LoginPage;

export function Page() {
  const { page } = place.value;
  if (needsLogin(sessionProblem.value)) return <Lazy key="login" load={loadLogin} />;
  // That Millrace does not answer is said above.
  if (isOffline(sessionProblem.value)) return null;
  if (sessionProblem.value) return <Problem problem={sessionProblem.value} />;
  if (!session.value) return null;
  if (page === 'site') return <SitePage />;
  const load = loaders[page];
  return load ? <Lazy key={page} load={load} /> : <main class="message">{t('page.unknown')}</main>;
}
