/** How many visitors are there now, in the header; it leads to the live page. */
import { formatNumber } from '../format.ts';
import { t } from '../i18n/text.ts';
import { siteId } from '../scope.ts';
import { pageAddress } from '../view.ts';
import { live, liveConnection } from './live.ts';
import { useCalm } from './use-calm.ts';

const readAloudEveryMs = 10_000;

export const visitorsNow = (count: number) =>
  t(count === 1 ? 'live.visitors.one' : 'live.visitors', { count: formatNumber(count) });

/** For screen readers, and seldom; who sees it sees it change. */
function Aloud({ text }: { text: string }) {
  return (
    <span class="unseen" aria-live="polite">
      {useCalm(text, readAloudEveryMs)}
    </span>
  );
}

export function CurrentVisitors() {
  const isLost = liveConnection.value === 'lost';
  if (siteId.value === undefined || (!live.value && !isLost)) return null;
  const text = live.value ? visitorsNow(live.value.visitors_now) : '';
  return (
    <>
      <a class="now" href={pageAddress(siteId.value, 'live')} data-page data-connection={liveConnection.value}>
        <span class="dot" aria-hidden="true" />
        {text}
        {isLost && <span class="faint">{t('live.lost')}</span>}
      </a>
      <Aloud text={text} />
    </>
  );
}
