import type { Row } from '../../datasets/dataset.js';
import type { ShownColumn } from './format-value.js';
import type { TextStyle, Typesetter } from './typesetter.js';

export interface PlannedColumn extends ShownColumn {
  /** From the left edge of the table. */
  x: number;
  width: number;
}

export interface TablePlan {
  columns: PlannedColumn[];
  /** Font size of the cells. */
  size: number;
}

export const cellGap = 12;
/** Anything smaller is unreadable. */
const sizes = [8.5, 7.5, 6.5];
/** Column widths in multiples of the font size: the least for shortened text, and the most for any column. */
const minTextWidth = 9;
const maxWidth = { text: 60, number: 16 };

/** Column widths at the largest font size that fits. Undefined if there are too many columns. */
export function planColumns(
  type: Typesetter,
  columns: ShownColumn[],
  sample: Row[],
  { width, textGrows }: { width: number; textGrows: boolean },
): TablePlan | undefined {
  const room = width - cellGap * (columns.length - 1);
  const plans = sizes.map((size) => {
    const preferred = columns.map((column) => preferredWidth(type, column, sample, size));
    return { size, preferred, least: columns.map((column, place) => leastWidth(column, preferred[place]!, size)) };
  });
  const fits = (widths: number[]) => sum(widths) <= room;
  // With few columns text is shortened before the font shrinks; dense tables do it the other way around.
  const isDense = columns.length > 6;
  const chosen =
    plans.find((plan) => fits(plan.preferred) || (!isDense && fits(plan.least))) ??
    plans.find((plan) => plan.size < 8 && fits(plan.least));
  if (!chosen) return undefined;
  return {
    size: chosen.size,
    columns: place(columns, share(columns, chosen.preferred, chosen.least, room, textGrows)),
  };
}

function preferredWidth(type: Typesetter, column: ShownColumn, sample: Row[], size: number): number {
  const widest = sample.reduce((width, row) => {
    const text = column.show(row) ?? '–';
    return Math.max(width, type.roughWidth(type.show(text.slice(0, 120)), { size }));
  }, 0);
  const heading = headingWidth(type, type.show(column.title.slice(0, 200)), { size: size - 0.5, isBold: true });
  const limit = (column.isNumber ? maxWidth.number : maxWidth.text) * size;
  // Real widths can be slightly larger than the rough ones.
  return Math.min(1.02 * Math.max(widest, Math.min(heading, 14 * size)) + 1, limit);
}

/** Headings wrap into two or three lines. */
function headingWidth(type: Typesetter, title: string, style: TextStyle): number {
  const widest = Math.max(...title.split(' ').map((word) => type.roughWidth(word, style)));
  return Math.max(widest, type.roughWidth(title, style) * 0.6);
}

/** Only text can be shortened, not numbers and times. */
function leastWidth(column: ShownColumn, natural: number, size: number): number {
  return column.isText ? Math.min(natural, minTextWidth * size) : natural;
}

/** Distributes spare width: to long text, or evenly if all columns are short, so that rows stay easy to follow. */
function share(
  columns: ShownColumn[],
  preferred: number[],
  least: number[],
  room: number,
  textGrows: boolean,
): number[] {
  if (sum(preferred) > room) return shortenWidest(preferred, least, room);
  const text = columns.map((column) => column.isText);
  const preferredText = sum(preferred.filter((_, place) => text[place]));
  const growing = preferredText > 0 && (textGrows || preferredText > 0.4 * room) ? text : text.map(() => true);
  const extra = (room - sum(preferred)) / growing.filter(Boolean).length;
  return preferred.map((width, place) => width + (growing[place] ? extra : 0));
}

/** Cuts the widest columns to the same width, so shorter ones are left alone. */
function shortenWidest(preferred: number[], least: number[], room: number): number[] {
  const cutTo = (width: number) => preferred.map((natural, place) => Math.max(least[place]!, Math.min(natural, width)));
  let [low, high] = [0, Math.max(...preferred)];
  for (let round = 0; round < 30; round += 1) {
    const middle = (low + high) / 2;
    if (sum(cutTo(middle)) <= room) low = middle;
    else high = middle;
  }
  return cutTo(low);
}

function place(columns: ShownColumn[], widths: number[]): PlannedColumn[] {
  let x = 0;
  return columns.map((column, index) => {
    const planned = { ...column, x, width: widths[index]! };
    x += planned.width + cellGap;
    return planned;
  });
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
