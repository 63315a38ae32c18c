/** How wide the columns of a table are, and whether its rows fit on a line at all. */
import type { Row } from '../../datasets/dataset.js';
import type { ShownColumn } from './format-value.js';
import type { TextStyle, Typesetter } from './typesetter.js';

export interface PlannedColumn extends ShownColumn {
  /** From the left end of the table. */
  x: number;
  width: number;
}

export interface TablePlan {
  columns: PlannedColumn[];
  /** Of the text in cells. */
  size: number;
}

export const cellGap = 12;
/** Smaller letters are read by no one. */
const sizes = [8.5, 7.5, 6.5];
/** Widths in multiples of the size: what text can be shortened to, and the most that one column may ask for. */
const leastText = 9;
const most = { text: 60, number: 16 };

/** The plan with the largest letters that fits into `width`; undefined when there are too many columns. */
export function planColumns(
  type: Typesetter,
  columns: ShownColumn[],
  sample: Row[],
  { width, textGrows }: { width: number; textGrows: boolean },
): TablePlan | undefined {
  const room = width - cellGap * (columns.length - 1);
  const plans = sizes.map((size) => {
    const wanted = columns.map((column) => wantedWidth(type, column, sample, size));
    return { size, wanted, least: columns.map((column, place) => leastWidth(column, wanted[place]!, size)) };
  });
  const fits = (widths: number[]) => sum(widths) <= room;
  // A report shortens its few columns of text before its letters, a dense table the other way around.
  const isDense = columns.length > 6;
  const chosen =
    plans.find((plan) => fits(plan.wanted) || (!isDense && fits(plan.least))) ??
    plans.find((plan) => plan.size < 8 && fits(plan.least));
  if (!chosen) return undefined;
  return { size: chosen.size, columns: place(columns, share(columns, chosen.wanted, chosen.least, room, textGrows)) };
}

function wantedWidth(type: Typesetter, column: ShownColumn, sample: Row[], size: number): number {
  const widest = sample.reduce((width, row) => {
    const text = column.show(row) ?? '–';
    return Math.max(width, type.roughWidth(type.show(text.slice(0, 120)), { size }));
  }, 0);
  const heading = headingWidth(type, type.show(column.title.slice(0, 200)), { size: size - 0.5, isBold: true });
  const limit = (column.isNumber ? most.number : most.text) * size;
  // What is measured roughly may be a little wider.
  return Math.min(1.02 * Math.max(widest, Math.min(heading, 14 * size)) + 1, limit);
}

/** Headings break between their words, into two lines or three. */
function headingWidth(type: Typesetter, title: string, style: TextStyle): number {
  const widest = Math.max(...title.split(' ').map((word) => type.roughWidth(word, style)));
  return Math.max(widest, type.roughWidth(title, style) * 0.6);
}

/** Numbers and times are not shortened, unless they are longer than any that people read. */
function leastWidth(column: ShownColumn, natural: number, size: number): number {
  return column.isText ? Math.min(natural, leastText * size) : natural;
}

/** Long text gets what is left over; among short columns all grow, so that the eye finds its way from one to the next. */
function share(columns: ShownColumn[], wanted: number[], least: number[], room: number, textGrows: boolean): number[] {
  if (sum(wanted) > room) return shortenWidest(wanted, least, room);
  const text = columns.map((column) => column.isText);
  const wantedByText = sum(wanted.filter((_, place) => text[place]));
  const growing = wantedByText > 0 && (textGrows || wantedByText > 0.4 * room) ? text : text.map(() => true);
  const extra = (room - sum(wanted)) / growing.filter(Boolean).length;
  return wanted.map((width, place) => width + (growing[place] ? extra : 0));
}

/** Cuts the widest columns to one width, so that none is shortened for the sake of a longer one. */
function shortenWidest(wanted: number[], least: number[], room: number): number[] {
  const cutTo = (width: number) => wanted.map((natural, place) => Math.max(least[place]!, Math.min(natural, width)));
  let [low, high] = [0, Math.max(...wanted)];
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
