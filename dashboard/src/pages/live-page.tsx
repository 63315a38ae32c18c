import { t } from '../i18n/text.ts';
import { visitorsNowText } from '../live/current-visitors.tsx';
import { LastEvents } from '../live/last-events.tsx';
import { LiveList } from '../live/live-list.tsx';
import { type LiveState, live, liveConnection } from '../live/live-state.ts';
import { MinuteBars } from '../live/minute-bars.tsx';
import { Footer } from '../parts/footer.tsx';
import { Header } from '../parts/header.tsx';
import { Main } from '../parts/main.tsx';
import { siteId } from '../scope.ts';
import { FixedFilters } from '../share/fixed-filters.tsx';

function Moment({ state }: { state: LiveState }) {
  const lists = { siteId: siteId.value! };
  return (
    <>
      <section class="card live-top" aria-label={t('nav.live')}>
        <p>
          <strong>{visitorsNowText(state.visitors_now)}</strong> <span class="faint">{t('live.visitors.hint')}</span>
        </p>
        <MinuteBars state={state} />
      </section>
      <div class="panels">
        <LiveList {...lists} panel="pages" dimension="path" rows={state.pages} />
        <LiveList {...lists} panel="sources" dimension="visit:source" rows={state.sources} />
        <LiveList {...lists} panel="countries" dimension="country" rows={state.countries} />
      </div>
      <LastEvents events={state.events} />
    </>
  );
}

export function LivePage() {
  const isLost = liveConnection.value === 'lost';
  return (
    <>
      <Header />
      <Main class="live">
        <FixedFilters />
        {isLost && (
          <p class="problem" role="status">
            {t('live.lost.long')}
          </p>
        )}
        {live.value ? <Moment state={live.value} /> : <p class="faint">{isLost ? null : t('live.connecting')}</p>}
      </Main>
      {live.value && <Footer at={Date.parse(live.value.at)} />}
    </>
  );
}
