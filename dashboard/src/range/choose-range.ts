/** Changes the range; the interval is chosen anew, as fits it. */
import { loadLater } from '../later.ts';
import { changeView, view } from '../view.ts';
import { hasEarlier, hasLater } from './beside-range.ts';
import { today } from './zone.ts';

export const chooseRange = (range: string): void => {
  if (range !== view.value.range) changeView({ range, interval: undefined });
};

/** Whether there is a range before or after this one. */
export const canMove = (step: 1 | -1): boolean =>
  step < 0 ? hasEarlier(view.value.range) : hasLater(view.value.range, today());

export async function move(step: 1 | -1): Promise<void> {
  // With the names of other ranges than the first one.
  const [{ moveRange }] = await Promise.all([import('./move-range.ts'), loadLater()]);
  const range = moveRange(view.value.range, step, today());
  if (range) changeView({ range });
}

let start: 'dates' | 'names' = 'names';

/** The menu of ranges, opened next, begins with the dates. */
export const startWithDates = () => {
  start = 'dates';
};

export function takeStart(): 'dates' | 'names' {
  const taken = start;
  start = 'names';
  return taken;
}
