/** Draws a series. The chart is told to those who do not see it by others. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatBucket, formatMetric } from '../format.ts';
import { locale } from '../i18n/text.ts';
import { colours } from '../theme.ts';
import { changeView } from '../view.ts';
import type { Series } from './series.ts';
import { Tooltip } from './tooltip.tsx';

/** The colour of that name, as a canvas understands it. */
function colour(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Values by place: complete ones, the line to the incomplete end, those of the earlier range. */
function dataOf({ points }: Series): uPlot.AlignedData {
  const last = points.length - 1;
  const open = points[last]?.isIncomplete === true && points.length > 1;
  return [
    points.map((_, at) => at),
    points.map(({ value }, at) => (open && at === last ? null : value)),
    points.map(({ value }, at) => (open && at >= last - 1 ? value : null)),
    points.map(({ earlier }) => earlier?.value ?? null),
  ];
}

function optionsOf(series: Series, width: number, height: number, hover: (at: number | null) => void): uPlot.Options {
  const { points, metric, unit } = series;
  const line = { stroke: colour('accent'), width: 2, points: { show: points.length === 1 } };
  const axis = { stroke: colour('faint'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
  return {
    ...{ width, height, legend: { show: false }, padding: [12, 8, 0, 0] },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 8 } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: { x: { time: false }, y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 32,
        space: 90,
        values: (_plot, places) => places.map((at) => (points[at] ? formatBucket(points[at].label, unit, true) : '')),
      },
      {
        ...axis,
        size: 56,
        values: (_plot, values) => values.map((value) => formatMetric(metric, value, { isShort: true })),
      },
    ],
    series: [
      {},
      { ...line, fill: colour('accent-area') },
      { ...line, dash: [4, 4], fill: colour('accent-area') },
      { stroke: colour('faint'), width: 1.5, dash: [6, 4], points: { show: false } },
    ],
    hooks: {
      setCursor: [({ cursor }) => hover(cursor.idx ?? null)],
      setSelect: [(plot) => zoom(plot, series)],
    },
  };
}

/** A part that was marked with the mouse becomes the range. */
function zoom({ select, posToVal }: uPlot, { points, unit }: Series): void {
  if (select.width < 10 || unit === 'minute' || unit === 'hour') return;
  const place = (position: number) => Math.min(points.length - 1, Math.max(0, Math.round(posToVal(position, 'x'))));
  const [from, to] = [points[place(select.left)]!, points[place(select.left + select.width)]!];
  if (from !== to) changeView({ range: `${from.label.slice(0, 10)},${to.label.slice(0, 10)}`, interval: undefined });
}

const height = 260;

export function Plot({ series }: { series: Series }) {
  const box = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<{ at: number; left: number } | undefined>();
  const look = `${locale.value} ${colours.value}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn again where language or colours change.
  useEffect(() => {
    const place = box.current!;
    const hover = (at: number | null) =>
      setHovered(at === null ? undefined : { at, left: plot.valToPos(at, 'x') + plot.bbox.left / devicePixelRatio });
    const plot = new uPlot(optionsOf(series, place.clientWidth, height, hover), dataOf(series), place);
    const watch = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [series, look]);
  return (
    <div class="plot" ref={box} aria-hidden="true">
      {hovered && <Tooltip series={series} {...hovered} />}
    </div>
  );
}
