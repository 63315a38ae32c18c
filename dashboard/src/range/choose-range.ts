/** Changes the range and resets the interval to its default. */
import { withDeferred } from '../deferred.ts';
import { changeView, view } from '../view.ts';
import { hasEarlier, hasLater } from './range-neighbours.ts';
import { today } from './zone.ts';

export const chooseRange = (range: string): void => {
  if (range !== view.value.range) changeView({ range, interval: undefined });
};

/** Whether there is an earlier or later range. */
export const canMove = (step: 1 | -1): boolean =>
  step < 0 ? hasEarlier(view.value.range) : hasLater(view.value.range, today());

let moveRange: typeof import('./move-range.ts').moveRange | undefined;

/** Loads the code that moves ranges, and the names of the ranges it can reach. */
export async function prepareMoves(): Promise<void> {
  moveRange ??= (await withDeferred(import('./move-range.ts'))).moveRange;
}

function moveNow(step: 1 | -1): void {
  const range = moveRange?.(view.value.range, step, today());
  if (range) changeView({ range });
}

export function move(step: 1 | -1): void {
  if (moveRange) moveNow(step);
  else void prepareMoves().then(() => moveNow(step));
}

let menuStart: 'dates' | 'names' = 'names';

/** The range menu opens with the focus on the dates next time. */
export const startWithDates = () => {
  menuStart = 'dates';
};

export function takeMenuStart(): 'dates' | 'names' {
  const taken = menuStart;
  menuStart = 'names';
  return taken;
}
