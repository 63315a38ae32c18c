/** Starts the page. */

import { render } from 'preact';
import { isReachable } from './api.ts';
import { followFirstView } from './deferred.ts';
import { loadGoals } from './goals.ts';
import { loadTexts, t } from './i18n/text.ts';
import { Sheet } from './keys/keys.tsx';
import { followLive } from './live/live-state.ts';
import { followTitle, Page } from './page.tsx';
import { Boundary } from './parts/error-boundary.tsx';
import { keepFresh } from './refresh.ts';
import { followAddress, isEmbedded, place } from './router.ts';
import { followSession, loadSession, session } from './session.ts';
import { followTheme } from './theme.ts';

const OfflineNote = () => (
  <div role="status" class={isReachable.value ? 'unseen' : 'offline'}>
    {isReachable.value ? null : t('problem.offline')}
  </div>
);

const App = () => (
  <>
    <OfflineNote />
    <Boundary>
      <Page />
    </Boundary>
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

followTheme();
followTitle();
followAddress();
keepFresh();
followSession();
followLive();
followFirstView();
document.documentElement.toggleAttribute('data-embed', isEmbedded.value);
// The figures do not wait for the texts, nor the texts for who it is.
void loadSession().then(() => {
  // Which events a panel shows depends on them: it can ask for those together with the others.
  if (session.value && place.value.page === 'site' && place.value.siteId) void loadGoals(place.value.siteId);
});
void loadTexts().then(
  () => render(<App />, root),
  () => render(<NoTexts />, root),
);
