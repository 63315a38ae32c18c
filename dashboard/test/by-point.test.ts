import { expect, it } from 'vitest';
import type { Annotation } from '../src/top/annotations.ts';
import { byPoint } from '../src/top/by-point.ts';

const points = ['10:00', '10:01', '10:02'].map((time) => ({
  ...{ label: `2026-06-01T${time}:00+02:00`, value: 0, isIncomplete: false },
}));
const series = { metric: 'visitors', unit: 'minute', points };
const annotation = (id: string, at: string, until: string | null = null): Annotation => ({
  ...{ id, at: `2026-06-01T${at}Z`, until: until && `2026-06-01T${until}Z`, kind: 'note', text: id },
});

it('places annotations at their point, running ones at the first, and omits those that ended before the range', () => {
  const all = [
    annotation('over', '07:59:59'),
    annotation('ended', '07:00:00', '07:59:00'),
    annotation('campaign', '07:00:00', '09:00:00'),
    annotation('exact', '08:01:00'),
    annotation('within', '08:02:30'),
  ];
  const found = [...byPoint(series, all, 'Europe/Berlin')].map(([at, those]) => [at, those.map(({ id }) => id)]);
  expect(found).toEqual([
    [0, ['campaign']],
    [1, ['exact']],
    [2, ['within']],
  ]);
});
