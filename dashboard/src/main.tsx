import { render } from 'preact';
import { isReachable } from './api.ts';
import { watchFirstView } from './deferred.ts';
import { loadGoals } from './goals.ts';
import { loadTexts, t } from './i18n/text.ts';
import { Sheet } from './keys/keys.tsx';
import { watchLive } from './live/live-state.ts';
import { Page, syncTitle } from './page.tsx';
import { ErrorBoundary } from './parts/error-boundary.tsx';
import { startAutoRefresh } from './refresh.ts';
import { isEmbedded, route, startRouter } from './router.ts';
import { loadSession, session, watchSession } from './session.ts';
import { initTheme } from './theme.ts';

const OfflineNote = () => (
  <div role="status" class={isReachable.value ? 'unseen' : 'offline'}>
    {isReachable.value ? null : t('problem.offline')}
  </div>
);

const App = () => (
  <>
    <OfflineNote />
    <ErrorBoundary>
      <Page />
    </ErrorBoundary>
    <Sheet />
  </>
);

/** Hardcoded English, since the texts have failed to load. */
const NoTexts = () => (
  <main class="message">
    <p>Millrace cannot be reached.</p>
    <button type="button" onClick={() => location.reload()}>
      Try again
    </button>
  </main>
);

const root = document.getElementById('page')!;

initTheme();
syncTitle();
startRouter();
startAutoRefresh();
watchSession();
watchLive();
watchFirstView();
document.documentElement.toggleAttribute('data-embed', isEmbedded.value);
// Data does not wait for the texts, nor the texts for the session.
void loadSession().then(() => {
  // Panels need the goals to choose their tab: loaded now, those queries join the first batch.
  if (session.value && route.value.page === 'site' && route.value.siteId) void loadGoals(route.value.siteId);
});
void loadTexts().then(
  () => render(<App />, root),
  () => render(<NoTexts />, root),
);
