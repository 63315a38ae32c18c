import { describe, expect, it } from 'vitest';
import { type FlowNode, layOutFlow } from '../src/behaviour/flow.ts';

const named = ({ value, visits }: FlowNode) => [value, visits];

describe('layOutFlow', () => {
  it('counts visits per value and step, and per pair of consecutive steps', () => {
    const { columns, links } = layOutFlow(
      [
        { steps: ['/', '/shop', '/cart'], visits: 5 },
        { steps: ['/', '/shop', null], visits: 3 },
        { steps: ['/blog', '/', null], visits: 2 },
        { steps: ['/', null, null], visits: 10 },
      ],
      3,
    );
    expect(columns.map((column) => column.map(named))).toEqual([
      [
        ['/', 18],
        ['/blog', 2],
      ],
      [
        ['/shop', 8],
        ['/', 2],
      ],
      [['/cart', 5]],
    ]);
    expect(links.map(({ column, from, to, visits }) => [column, from.value, to.value, visits])).toEqual([
      [0, '/', '/shop', 8],
      [0, '/blog', '/', 2],
      [1, '/shop', '/cart', 5],
    ]);
  });

  it("gives a link the share of its node's height that continues; the rest of the visits ended there", () => {
    const { columns, links } = layOutFlow(
      [
        { steps: ['/', '/shop'], visits: 1 },
        { steps: ['/', null], visits: 3 },
      ],
      2,
    );
    const [from] = columns[0]!;
    expect(links[0]!.start).toEqual({ top: from!.top, height: from!.height / 4 });
    expect(links[0]!.end).toEqual({ top: 0, height: columns[1]![0]!.height });
  });

  it('groups values after the sixth of a column, and fits into the drawing', () => {
    const journeys = Array.from({ length: 9 }, (_, at) => ({ steps: [`/${at}`, '/end'], visits: 10 - at }));
    const { columns, links } = layOutFlow(journeys, 2);
    expect(columns[0]!.map(named)).toEqual([
      ...[10, 9, 8, 7, 6, 5].map((visits, at) => [`/${at}`, visits]),
      [undefined, 4 + 3 + 2],
    ]);
    const last = columns[0]!.at(-1)!;
    expect(last.top + last.height).toBeCloseTo(100);
    expect(links).toHaveLength(7);
  });

  it('draws nothing without journeys', () => {
    expect(layOutFlow([], 2)).toEqual({ columns: [[], []], links: [] });
  });
});
