import type { KeyFigure } from './key-figures.js';
import type { FigureChange } from './report.js';

/** What two revisions of a report say differently, in the order of the newer one; a figure that only one of them has is null in the other. */
export function figureChanges(before: KeyFigure[], after: KeyFigure[]): FigureChange[] {
  const [old, current] = [
    new Map(before.map((each) => [each.name, each])),
    new Map(after.map((each) => [each.name, each])),
  ];
  const all = [...after, ...before.filter(({ name }) => !current.has(name))];
  return all.flatMap(({ name, title, unit }) => {
    const change = { name, title, before: old.get(name)?.value ?? null, now: current.get(name)?.value ?? null };
    return change.before === change.now ? [] : [{ ...change, ...(unit !== undefined && { unit }) }];
  });
}
