/** The pages of a site, each with the range and filters of the present one. */
import { t } from '../i18n/text.ts';
import { place } from '../place.ts';
import { mayChange, session } from '../session.ts';
import { pageAddress } from '../view.ts';

const pages = ['site', 'funnels', 'retention', 'journeys', 'settings'] as const;

export function SiteNav({ siteId }: { siteId: string }) {
  const shown = pages.filter((page) => page !== 'settings' || (mayChange() && session.value?.auth !== 'share'));
  return (
    <nav class="site-nav" aria-label={t('nav')}>
      {shown.map((page) => (
        <a
          key={page}
          href={pageAddress(siteId, page)}
          data-page
          aria-current={place.value.page === page ? 'page' : undefined}
        >
          {t(`nav.${page}`)}
        </a>
      ))}
    </nav>
  );
}
