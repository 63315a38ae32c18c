/** The number of current visitors in the header, linking to the live page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatNumber } from '../format.ts';
import { t } from '../i18n/text.ts';
import { siteId } from '../scope.ts';
import { pageUrl } from '../view.ts';
import { live, liveConnection } from './live-state.ts';

/** Follows `value`, but changes at most once per `everyMs`. */
function useThrottled<T>(value: T, everyMs: number): T {
  const [calm, setCalm] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    if (value === calm) return;
    const change = () => {
      changedAt.current = Date.now();
      setCalm(value);
    };
    const timer = setTimeout(change, Math.max(0, changedAt.current + everyMs - Date.now()));
    return () => clearTimeout(timer);
  }, [value, calm, everyMs]);
  return calm;
}

const readAloudEveryMs = 10_000;

export const visitorsNowText = (count: number) =>
  t(count === 1 ? 'live.visitors.one' : 'live.visitors', { count: formatNumber(count) });

/** Announces the number to screen readers, at a bearable rate. */
function LiveRegion({ text }: { text: string }) {
  return (
    <span class="unseen" aria-live="polite">
      {useThrottled(text, readAloudEveryMs)}
    </span>
  );
}

export function CurrentVisitors() {
  const isLost = liveConnection.value === 'lost';
  if (siteId.value === undefined || (!live.value && !isLost)) return null;
  const text = live.value ? visitorsNowText(live.value.visitors_now) : '';
  return (
    <>
      <a class="now" href={pageUrl(siteId.value, 'live')} data-page data-connection={liveConnection.value}>
        <span class="dot" aria-hidden="true" />
        {text}
        {isLost && <span class="faint">{t('live.lost')}</span>}
      </a>
      <LiveRegion text={text} />
    </>
  );
}
