import { formatChange } from '../format.ts';

/** For these metrics a decrease is good. */
const lessIsBetter = new Set(['bounce_rate']);

/** `change` is in percent; renders nothing if unknown. */
export function Change({ metric, change }: { metric: string; change: number | null | undefined }) {
  if (change === undefined || change === null) return null;
  const isGood = change === 0 ? undefined : change > 0 !== lessIsBetter.has(metric);
  return <span class={`change ${isGood === undefined ? '' : isGood ? 'good' : 'bad'}`}>{formatChange(change)}</span>;
}
