/** Draws a series on a canvas. Screen readers get the table and the sentence of chart.tsx instead. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { isFirstViewLoaded, withDeferred } from '../deferred.ts';
import { formatBucket, formatMetric } from '../format.ts';
import { locale, t } from '../i18n/text.ts';
import { lazy } from '../parts/lazy.tsx';
import { colourVersion } from '../theme.ts';
import { changeView } from '../view.ts';
import type { AnnotationMarksProps } from './annotation-marks.tsx';
import { annotations } from './annotations.ts';
import type { ReadingProps } from './reading.tsx';
import type { Hovered, Series } from './series.ts';

const Reading = lazy<ReadingProps>(async () => (await withDeferred(import('./reading.tsx'))).ChartReading);
const AnnotationMarks = lazy<AnnotationMarksProps>(
  async () => (await withDeferred(import('./annotation-marks.tsx'))).AnnotationMarks,
);

/** Resolves a CSS variable to a colour that a canvas understands. */
function colour(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** x values, complete values, the line to the incomplete last value, and the comparison. */
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

function axesOf({ points, metric, unit }: Series): uPlot.Axis[] {
  const axis = { stroke: colour('faint'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
  const names = (places: number[]) =>
    places.map((at) => (points[at] ? formatBucket(points[at].label, unit, true) : ''));
  const figures = (values: number[]) => values.map((value) => formatMetric(metric, value, { isShort: true }));
  return [
    { ...axis, grid: { show: false }, size: 32, space: 90, values: (_plot, places) => names(places) },
    { ...axis, size: 56, values: (_plot, values) => figures(values) },
  ];
}

/** After a tap browsers emulate a mouse that leaves immediately. */
let isTouch = false;
const keepOnTouch: uPlot.Cursor.Bind = {
  mouseleave: (_plot, _target, leave) => (event) => (isTouch ? null : leave(event)),
};

function optionsOf(
  shown: () => Series,
  width: number,
  height: number,
  hover: (at: number | null) => void,
): uPlot.Options {
  const { points } = shown();
  const line = { stroke: colour('accent'), width: 2, points: { show: points.length === 1 } };
  return {
    ...{ width, height, legend: { show: false }, padding: [18, 22, 0, 0] },
    cursor: { y: false, bind: keepOnTouch, drag: { x: true, y: false, setScale: false }, points: { size: 8 } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: false, range: () => (points.length > 1 ? [0, points.length - 1] : [-1, 1]) },
      y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 1)] },
    },
    axes: axesOf(shown()),
    series: [
      {},
      { ...line, fill: colour('accent-area') },
      { ...line, dash: [4, 4], fill: colour('accent-area') },
      { stroke: colour('faint'), width: 1.5, dash: [6, 4], points: { show: false } },
    ],
    hooks: {
      setCursor: [({ cursor }) => hover(cursor.idx ?? null)],
      setSelect: [(plot) => zoom(plot, shown())],
    },
  };
}

/** Dragging selects a new range. */
function zoom({ select, posToVal }: uPlot, { points, unit }: Series): void {
  if (select.width < 10 || unit === 'minute' || unit === 'hour') return;
  const place = (position: number) => Math.min(points.length - 1, Math.max(0, Math.round(posToVal(position, 'x'))));
  const [from, to] = [points[place(select.left)]!, points[place(select.left + select.width)]!];
  if (from !== to) changeView({ range: `${from.label.slice(0, 10)},${to.label.slice(0, 10)}`, interval: undefined });
}

const height = 260;

/**
 * On touch screens the reading follows the finger and stays until the next touch elsewhere; vertical scrolling still works.
 * Returns a function that stops it.
 */
function trackTouch(plot: uPlot): () => void {
  const show = ({ pointerType, target, clientX, clientY }: PointerEvent) => {
    isTouch = pointerType === 'touch';
    if (!isTouch) return;
    const { left, top } = plot.over.getBoundingClientRect();
    const isOn = plot.over.contains(target as Node);
    plot.setCursor(isOn ? { left: clientX - left, top: clientY - top } : { left: -10, top: -10 });
  };
  const types = ['pointerdown', 'pointermove'] as const;
  for (const type of types) document.addEventListener(type, show);
  return () => {
    for (const type of types) document.removeEventListener(type, show);
  };
}

/** Redraws only when something changes that uPlot cannot update, such as colours. */
function usePlot(
  place: RefObject<HTMLDivElement | null>,
  series: Series,
  hover: (hovered: Hovered | undefined) => void,
) {
  const plot = useRef<uPlot | undefined>(undefined);
  const shown = useRef(series);
  shown.current = series;
  const { points, metric, unit } = series;
  const form = [locale.value, colourVersion.value, metric, unit, points.length, points[0]?.label, points.length === 1];
  const leftOf = (at: number) => plot.current!.valToPos(at, 'x') + plot.current!.bbox.left / devicePixelRatio;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `form` contains everything that requires a new drawing.
  useEffect(() => {
    const box = place.current!;
    const onHover = (at: number | null) => hover(at === null ? undefined : { at, left: leftOf(at) });
    const drawn = new uPlot(
      optionsOf(() => shown.current, box.clientWidth, height, onHover),
      dataOf(series),
      box,
    );
    plot.current = drawn;
    const leaveFinger = trackTouch(drawn);
    const watch = new ResizeObserver(() => drawn.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    return () => {
      leaveFinger();
      watch.disconnect();
      drawn.destroy();
    };
  }, [form.join(' ')]);
  // New values for the same buckets keep the tooltip in place.
  useEffect(() => plot.current?.setData(dataOf(series)), [series]);
  return leftOf;
}

/** The index that a key leads to; undefined for other keys. */
function placeByKey(key: string, at: number | undefined, last: number): number | undefined {
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key === 'ArrowLeft') return Math.max(0, (at ?? last + 1) - 1);
  return key === 'ArrowRight' ? Math.min(last, (at ?? -1) + 1) : undefined;
}

export function Plot({ series, zone }: { series: Series; zone: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<Hovered | undefined>();
  const [isRead, setRead] = useState(false);
  const leftOf = usePlot(place, series, setHovered);
  const readByKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = placeByKey(event.key, hovered?.at, series.points.length - 1);
    const isLeft = event.key === 'Escape' && hovered !== undefined;
    if (at === undefined && !isLeft) return;
    event.preventDefault();
    event.stopPropagation();
    setRead(!isLeft);
    setHovered(at === undefined ? undefined : { at, left: leftOf(at) });
  };
  const leave = () => {
    setRead(false);
    setHovered(undefined);
  };
  return (
    <div class="plot">
      <div
        class="canvas"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move from point to point.
        tabIndex={0}
        aria-label={t('chart.keys')}
        onKeyDown={readByKey}
        onBlur={leave}
      >
        <div ref={place} aria-hidden="true" dir="ltr" />
      </div>
      {(hovered || isFirstViewLoaded.value) && <Reading series={series} hovered={hovered} isRead={isRead} />}
      {annotations.value.length > 0 && <AnnotationMarks series={series} zone={zone} />}
    </div>
  );
}
