/** The page that the address names. */
import { ApiError, isOffline } from './api.ts';
import { t } from './i18n/text.ts';
import { loadLater } from './later.ts';
import { loadStyle } from './page-style.ts';
import { SitePage } from './pages/site-page.tsx';
import { Lazy, type Loader } from './parts/lazy.tsx';
import { type Place, place } from './place.ts';
import { siteId } from './scope.ts';
import { maySee, session, sessionProblem } from './session.ts';

/** Their styles come after those that all pages have in common. */
const styled = async <T,>(page: Promise<T>): Promise<T> =>
  (await Promise.all([page, loadLater(), loadStyle('pages')]))[0];

/** Pages that are not needed to see a site come when they are asked for. */
const loaders: Partial<Record<Place['page'], Loader>> = {
  live: async () => (await import('./pages/live-page.tsx')).LivePage,
  operator: async () => (await import('./pages/operator-page.tsx')).OperatorPage,
  sites: async () => (await styled(import('./pages/sites-page.tsx'))).SitesPage,
  funnels: async () => (await styled(import('./pages/funnels-page.tsx'))).FunnelsPage,
  retention: async () => (await styled(import('./pages/retention-page.tsx'))).RetentionPage,
  journeys: async () => (await styled(import('./pages/journeys-page.tsx'))).JourneysPage,
  settings: async () => (await styled(import('./pages/settings-page.tsx'))).SettingsPage,
};

const needsLogin = (problem: unknown) => problem instanceof ApiError && problem.status === 401;
const loadLogin: Loader = async () => (await import('./pages/login-page.tsx')).LoginPage;
const loadClosed: Loader = async () => (await import('./pages/closed-page.tsx')).ClosedPage;
const loadOtherSite: Loader = async () => (await import('./pages/other-site-page.tsx')).OtherSitePage;

export function Page() {
  const { page } = place.value;
  if (needsLogin(sessionProblem.value)) return <Lazy key="login" load={loadLogin} />;
  // That Millrace does not answer is said above.
  if (isOffline(sessionProblem.value)) return null;
  if (sessionProblem.value) return <Lazy key="closed" load={loadClosed} />;
  if (!session.value) return null;
  if (siteId.value !== undefined && !maySee(siteId.value)) return <Lazy key="other site" load={loadOtherSite} />;
  if (page === 'site') return <SitePage />;
  const load = loaders[page];
  return load ? <Lazy key={page} load={load} /> : <main class="message">{t('page.unknown')}</main>;
}
