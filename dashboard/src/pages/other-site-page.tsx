/** What those see whose key is limited to another site than that of the address. */
import { t } from '../i18n/text.ts';
import { Header } from '../parts/header.tsx';
import { Main } from '../parts/main.tsx';
import { siteAddress } from '../place.ts';
import { session } from '../session.ts';

export function OtherSitePage() {
  const only = session.value?.site_id ?? '';
  return (
    <>
      <Header />
      <Main class="message">
        <p>{t('login.other_site', { site: only })}</p>
        <p>
          <a href={siteAddress(only)} data-page>
            {t('login.other_site.go', { site: only })}
          </a>
        </p>
      </Main>
    </>
  );
}
