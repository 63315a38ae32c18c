/** Shows the page that the address names. */
import { effect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { ApiError, isOffline } from './api.ts';
import { withDeferred } from './deferred.ts';
import { t, textOr } from './i18n/text.ts';
import { loadStyle } from './page-style.ts';
import { SitePage } from './pages/site-page.tsx';
import { lazy } from './parts/lazy.tsx';
import { Main } from './parts/main.tsx';
import { type Route, rootUrl, route } from './router.ts';
import { siteId } from './scope.ts';
import { canView, session, sessionProblem } from './session.ts';

/** Deferred texts may not have loaded yet. */
const nameOf = (page: string) => (page === 'site' ? '' : textOr(`nav.${page}`, textOr(page, '')));

export function syncTitle(): void {
  effect(() => {
    document.title = [nameOf(route.value.page), siteId.value, 'Millrace'].filter(Boolean).join(' – ');
  });
}

/** `pages.css` overrides the deferred styles, so it is loaded with them. */
const styled = async <T,>(page: Promise<T>): Promise<T> =>
  (await Promise.all([withDeferred(page), loadStyle('pages')]))[0];

/** Every page but the site's overview is loaded on demand. */
const pages: Partial<Record<Route['page'], ComponentType>> = {
  live: lazy(async () => (await withDeferred(import('./pages/live-page.tsx'))).LivePage),
  operator: lazy(async () => (await withDeferred(import('./pages/operator-page.tsx'))).OperatorPage),
  sites: lazy(async () => (await styled(import('./pages/sites-page.tsx'))).SitesPage),
  funnels: lazy(async () => (await styled(import('./pages/funnels-page.tsx'))).FunnelsPage),
  retention: lazy(async () => (await styled(import('./pages/retention-page.tsx'))).RetentionPage),
  journeys: lazy(async () => (await styled(import('./pages/journeys-page.tsx'))).JourneysPage),
  settings: lazy(async () => (await styled(import('./pages/settings-page.tsx'))).SettingsPage),
};

const LoginPage = lazy(async () => (await withDeferred(import('./pages/login-page.tsx'))).LoginPage);
const ClosedPage = lazy(async () => (await withDeferred(import('./pages/closed-page.tsx'))).ClosedPage);
const OtherSitePage = lazy(async () => (await withDeferred(import('./pages/closed-page.tsx'))).OtherSitePage);

const needsLogin = (problem: unknown) => problem instanceof ApiError && problem.status === 401;

export function Page() {
  const { page } = route.value;
  if (needsLogin(sessionProblem.value)) return <LoginPage />;
  // The offline note above says so already.
  if (isOffline(sessionProblem.value)) return null;
  if (sessionProblem.value) return <ClosedPage />;
  if (!session.value) return null;
  if (siteId.value !== undefined && !canView(siteId.value)) return <OtherSitePage />;
  if (page === 'site') return <SitePage />;
  const Other = pages[page];
  return Other ? (
    <Other />
  ) : (
    <Main class="message">
      <p>{t('page.unknown')}</p>
      <a href={rootUrl()} data-page>
        Millrace
      </a>
    </Main>
  );
}
