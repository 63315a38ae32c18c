/** The pages of a site, each with the range and filters of the present one. */
import { t } from '../i18n/text.ts';
import { address, place, siteAddress } from '../place.ts';
import { mayChange, session } from '../session.ts';
import { view } from '../view.ts';
import { writeView } from '../view-address.ts';

const pages = ['site', 'funnels', 'retention', 'journeys', 'settings'] as const;

export function SiteNav({ siteId }: { siteId: string }) {
  const shown = pages.filter((page) => page !== 'settings' || (mayChange() && session.value?.auth !== 'share'));
  const { shape: _shape, saved: _saved, details: _details, ...kept } = view.value;
  return (
    <nav class="site-nav" aria-label={t('nav')}>
      {shown.map((page) => (
        <a
          key={page}
          href={siteAddress(siteId, page, writeView(kept, address.value.search))}
          data-page
          aria-current={place.value.page === page ? 'page' : undefined}
        >
          {t(`nav.${page}`)}
        </a>
      ))}
    </nav>
  );
}
