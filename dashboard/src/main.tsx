/** Starts the page. */
import { render } from 'preact';
import { loadGoals } from './goals.ts';
import { loadTexts } from './i18n/text.ts';
import { Sheet } from './keys/keys.tsx';
import { followFirstView } from './later.ts';
import { followLive } from './live/live.ts';
import { Page } from './page.tsx';
import { followTitle } from './page-title.ts';
import { Boundary } from './parts/boundary.tsx';
import { OfflineNote } from './parts/offline-note.tsx';
import { followAddress, isEmbedded, place } from './place.ts';
import { keepFresh } from './refresh.ts';
import { followSession, loadSession, session } from './session.ts';
import { followTheme } from './theme.ts';

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
