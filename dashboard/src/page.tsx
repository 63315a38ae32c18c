/** The page that the address names. */
import { effect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { ApiError, isOffline } from './api.ts';
import { withLater } from './deferred.ts';
import { t, textOr } from './i18n/text.ts';
import { loadStyle } from './page-style.ts';
import { SitePage } from './pages/site-page.tsx';
import { onDemand } from './parts/lazy.tsx';
import { Main } from './parts/main.tsx';
import { type Place, place, rootAddress } from './router.ts';
import { siteId } from './scope.ts';
import { maySee, session, sessionProblem } from './session.ts';

/** Of the texts that come later there may be none yet. */
const nameOf = (page: string) => (page === 'site' ? '' : textOr(`nav.${page}`, textOr(page, '')));

export function followTitle(): void {
  effect(() => {
    document.title = [nameOf(place.value.page), siteId.value, 'Millrace'].filter(Boolean).join(' – ');
  });
}

/** Their styles come after those that all pages have in common. */
const styled = async <T,>(page: Promise<T>): Promise<T> =>
  (await Promise.all([withLater(page), loadStyle('pages')]))[0];

/** Pages that are not needed to see a site come when they are asked for. */
const pages: Partial<Record<Place['page'], ComponentType>> = {
  live: onDemand(async () => (await withLater(import('./pages/live-page.tsx'))).LivePage),
  operator: onDemand(async () => (await withLater(import('./pages/operator-page.tsx'))).OperatorPage),
  sites: onDemand(async () => (await styled(import('./pages/sites-page.tsx'))).SitesPage),
  funnels: onDemand(async () => (await styled(import('./pages/funnels-page.tsx'))).FunnelsPage),
  retention: onDemand(async () => (await styled(import('./pages/retention-page.tsx'))).RetentionPage),
  journeys: onDemand(async () => (await styled(import('./pages/journeys-page.tsx'))).JourneysPage),
  settings: onDemand(async () => (await styled(import('./pages/settings-page.tsx'))).SettingsPage),
};

const LoginPage = onDemand(async () => (await withLater(import('./pages/login-page.tsx'))).LoginPage);
const ClosedPage = onDemand(async () => (await withLater(import('./pages/closed-page.tsx'))).ClosedPage);
const OtherSitePage = onDemand(async () => (await withLater(import('./pages/closed-page.tsx'))).OtherSitePage);

const needsLogin = (problem: unknown) => problem instanceof ApiError && problem.status === 401;

export function Page() {
  const { page } = place.value;
  if (needsLogin(sessionProblem.value)) return <LoginPage />;
  // That Millrace does not answer is said above.
  if (isOffline(sessionProblem.value)) return null;
  if (sessionProblem.value) return <ClosedPage />;
  if (!session.value) return null;
  if (siteId.value !== undefined && !maySee(siteId.value)) return <OtherSitePage />;
  if (page === 'site') return <SitePage />;
  const Other = pages[page];
  return Other ? (
    <Other />
  ) : (
    <Main class="message">
      <p>{t('page.unknown')}</p>
      <a href={rootAddress()} data-page>
        Millrace
      </a>
    </Main>
  );
}
