/** Whether the site has payments at all, whatever the range and the filters of the page. */
import { siteId } from '../scope.ts';
import { session } from '../session.ts';
import { useAnswer } from '../use-answer.ts';

/** Behind a shared link there are no datasets, and so no revenue. */
export function useHasPayments(): boolean {
  const isAsked = siteId.value !== undefined && session.value?.auth !== 'share';
  const within = isAsked ? { site_id: siteId.value!, date_range: 'all' } : undefined;
  const { answer } = useAnswer('revenue', isAsked ? { metrics: ['event:payment'] } : undefined, within, {
    isStill: true,
  });
  return Number(answer?.results[0]?.metrics[0] ?? 0) > 0;
}
