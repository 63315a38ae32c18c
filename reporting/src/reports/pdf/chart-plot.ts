import { niceTicks } from './nice-ticks.js';
import type { Sheet } from './sheet.js';

export const plotHeight = 150;

/** Where values stand on the page. */
export interface Plot {
  left: number;
  right: number;
  top: number;
  bottom: number;
  ticks: number[];
  x(place: number): number;
  y(value: number): number;
}

/** A plot at the top of what is left of the page, for `length` points with these values among them. */
export function placePlot({ left, width, y }: Sheet, known: number[], length: number): Plot {
  const [lowest, highest] = [
    known.reduce((low, value) => Math.min(low, value), 0),
    known.reduce((high, value) => Math.max(high, value), 0),
  ];
  const ticks = niceTicks(lowest, highest === lowest ? lowest + 1 : highest, 5, known.every(Number.isInteger));
  const plot = { left: left + 40, right: left + width - 6, top: y + 6, bottom: y + 6 + plotHeight };
  const [first, last] = [ticks[0]!, ticks.at(-1)!];
  return {
    ...plot,
    ticks,
    x: (place) =>
      length === 1 ? (plot.left + plot.right) / 2 : plot.left + (place / (length - 1)) * (plot.right - plot.left),
    y: (value) => plot.bottom - ((value - first) / (last - first)) * plotHeight,
  };
}
