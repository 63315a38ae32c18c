/** Pages for users without access: a dead shared link, an unreachable server, or a key for another site. */

import { useEffect } from 'preact/hooks';
import { ApiError } from '../api.ts';
import { t } from '../i18n/text.ts';
import { Header } from '../parts/header.tsx';
import { Main } from '../parts/main.tsx';
import { problemText } from '../parts/problem.tsx';
import { route, siteUrl } from '../router.ts';
import { loadSession, session, sessionProblem } from '../session.ts';

const againEveryMs = 10_000;

const isGone = (problem: unknown) => problem instanceof ApiError && problem.status === 404;

const DeadLink = () => (
  <main class="message">
    <h1>{t('share.gone')}</h1>
    <p>{t('share.gone.why')}</p>
    <p>{t('share.gone.what')}</p>
  </main>
);

function Unreachable() {
  useEffect(() => {
    const timer = setInterval(() => void loadSession(), againEveryMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <main class="message">
      <h1>Millrace</h1>
      <p role="alert">{problemText(sessionProblem.value)}</p>
      <button type="button" onClick={() => void loadSession()}>
        {t('problem.again')}
      </button>
    </main>
  );
}

export function ClosedPage() {
  return isGone(sessionProblem.value) && route.value.slug !== undefined ? <DeadLink /> : <Unreachable />;
}

export function OtherSitePage() {
  const only = session.value?.site_id ?? '';
  return (
    <>
      <Header />
      <Main class="message">
        <p>{t('login.other_site', { site: only })}</p>
        <p>
          <a href={siteUrl(only)} data-page>
            {t('login.other_site.go', { site: only })}
          </a>
        </p>
      </Main>
    </>
  );
}
