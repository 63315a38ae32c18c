import { describe, expect, it } from 'vitest';
import { isComplete, readCondition, writeCondition } from '../src/behaviour/condition.ts';
import { readShape } from '../src/behaviour/shape.ts';
import type { Goal } from '../src/goals.ts';

const goal: Goal = {
  ...{ id: 'g', name: 'Signed up', event_type: 'signup', path: null, value_property: null },
  filters: [['is', 'event_type', ['signup']]],
};
const page = [
  ['is', 'event_type', ['view']],
  ['starts_with', 'path', ['/shop']],
];

describe('a condition', () => {
  it('is restored from its filters', () => {
    for (const [condition, filters] of [
      [{ kind: 'page', operator: 'starts_with', value: '/shop' }, page],
      [{ kind: 'event', operator: 'is', value: 'click' }, [['is', 'event_type', ['click']]]],
      [{ kind: 'goal', operator: 'is', value: 'g' }, goal.filters],
    ] as const) {
      expect(writeCondition(condition, [goal])).toEqual(filters);
      expect(readCondition(filters, [goal])).toEqual(condition);
    }
  });

  it('stays an event if the user chose so, although a goal has the same filters', () => {
    expect(readCondition(goal.filters, [goal], 'event')).toEqual({ kind: 'event', operator: 'is', value: 'signup' });
  });

  it('is "other" where the form cannot express the filters', () => {
    for (const filters of [
      [['or', [page]]],
      [page[1]],
      [['is', 'event_type', ['a', 'b']]],
      [['is', 'event_type', [null]]],
      [
        ['is', 'event_type', ['view']],
        ['is', 'path', ['/'], { case_sensitive: false }],
      ],
      ['nonsense'],
    ]) {
      expect(readCondition(filters, [goal]).kind).toBe('other');
    }
  });

  it('is incomplete while a value is empty', () => {
    expect(isComplete(page)).toBe(true);
    expect(isComplete([['is', 'event_type', ['']]])).toBe(false);
    expect(isComplete([])).toBe(false);
    expect(isComplete(undefined)).toBe(false);
  });
});

describe('readShape', () => {
  it('accepts what a page can show', () => {
    const funnel = { steps: [{ filters: page }], window: '1d' };
    expect(readShape('funnel', JSON.stringify(funnel))).toEqual(funnel);
    expect(readShape('retention', '{"period":"day"}')).toEqual({ period: 'day' });
  });

  it('rejects truncated text and shapes of another kind', () => {
    for (const text of [
      '{"steps":[{"filters',
      '[]',
      'null',
      '{}',
      '{"steps":[{}]}',
      '{"steps":7}',
      '{"steps":[],"window":5}',
    ]) {
      expect(readShape('funnel', text)).toBeUndefined();
    }
    expect(readShape('journeys', '{"start":"/"}')).toBeUndefined();
    expect(readShape('retention', undefined)).toBeUndefined();
  });
});
