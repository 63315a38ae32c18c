import type { Sheet } from './sheet.js';

/** Round numbers that cover `lowest` to `highest` in about `count` steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(lowest: number, highest: number, count: number, isWhole: boolean): number[] {
  const span = highest - lowest;
  if (!(span > 0) || !Number.isFinite(span)) return [lowest, lowest + 1];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999)!;
  const step = isWhole ? Math.max(1, factor * power) : factor * power;
  if (!(step > 0)) return [lowest, highest];
  const first = Math.floor(lowest / step);
  const last = Math.ceil(highest / step - 1e-9);
  // Multiplied instead of added up, which would give 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}

export const plotHeight = 150;

/** Maps values to positions on the page. */
export interface Plot {
  left: number;
  right: number;
  top: number;
  bottom: number;
  ticks: number[];
  x(place: number): number;
  y(value: number): number;
}

/** A plot at the current position of the sheet for `length` points; `known` has their values without gaps. */
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
