/** Starts the page. */

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

/** Whatever it could say in another language has not come. */
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
// The figures do not wait for the texts, nor the texts for who it is.
void loadSession().then(() => {
  // Which events a panel shows depends on them: it can ask for those together with the others.
  if (session.value && route.value.page === 'site' && route.value.siteId) void loadGoals(route.value.siteId);
});
void loadTexts().then(
  () => render(<App />, root),
  () => render(<NoTexts />, root),
);
