/** How much a figure has changed. */
import { formatChange } from '../format.ts';

/** More of these is worse. */
const lessIsBetter = new Set(['bounce_rate']);

/** `change` is in percent; nothing is said where it is not known. */
export function Change({ metric, change }: { metric: string; change: number | null | undefined }) {
  if (change === undefined || change === null) return null;
  const isGood = change === 0 ? undefined : change > 0 !== lessIsBetter.has(metric);
  return <span class={`change ${isGood === undefined ? '' : isGood ? 'good' : 'bad'}`}>{formatChange(change)}</span>;
}
