/** Changes the range; the interval is chosen anew, as fits it. */
import { changeView, view } from '../view.ts';
import { moveRange } from './move-range.ts';
import { today } from './zone.ts';

export const chooseRange = (range: string): void => {
  if (range !== view.value.range) changeView({ range, interval: undefined });
};

/** The range beside this one; undefined where there is none. */
export const besides = (step: 1 | -1): string | undefined => moveRange(view.value.range, step, today());

export function move(step: 1 | -1): void {
  const range = besides(step);
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
