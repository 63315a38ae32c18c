/** The map itself: the more visitors, the stronger the colour. Clicking a country filters by it. */

import { useState } from 'preact/hooks';
import { countryName, formatMetric } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import type { Tab } from '../panels/panel.ts';
import { chooseValue } from '../parts/choose-value.ts';
import shapes from './world-shapes.js';

export interface WorldMapProps {
  tab: Tab;
  metric: string;
  /** By country code. */
  figures: Map<string, number>;
  isLoading: boolean;
}

const dotRadius = 5;

/** A few countries dominate; the square root keeps the others distinguishable. */
const strength = (figure: number, most: number) => `${Math.round(18 + 82 * Math.sqrt(figure / most))}%`;

interface CountryProps {
  code: string;
  label: string;
  colour: string;
  /** Reached by Tab; from there arrow keys reach the others. */
  isFirst: boolean;
  onClick: (event: MouseEvent | KeyboardEvent) => void;
  onShow: (shown: boolean) => void;
  onMove: (step: number) => void;
}

function Country({ code, label, colour, isFirst, onClick, onShow, onMove }: CountryProps) {
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') onClick(event);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowDown') onMove(1);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') onMove(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const on = {
    ...{
      role: 'button' as const,
      tabIndex: isFirst ? 0 : -1,
      'aria-label': label,
      'data-code': code,
      onClick,
      onKeyDown: keys,
    },
    ...{ onMouseEnter: () => onShow(true), onMouseLeave: () => onShow(false) },
    ...{ onFocus: () => onShow(true), onBlur: () => onShow(false), style: { '--strength': colour } },
  };
  const dot = shapes.dots[code];
  if (dot) return <circle cx={dot[0]} cy={dot[1]} r={dotRadius} {...on} />;
  return <path d={shapes.countries[code]} {...on} />;
}

/** Countries without visitors, drawn below the rest. */
function Land({ figures }: Pick<WorldMapProps, 'figures'>) {
  const others = Object.entries(shapes.countries).filter(([code]) => !figures.has(code));
  return <path class="land" d={shapes.land + others.map(([, path]) => path).join('')} />;
}

const isDrawn = (code: string) => code in shapes.countries || code in shapes.dots;

export function WorldMap({ tab, metric, figures, isLoading }: WorldMapProps) {
  const [shown, setShown] = useState<string | undefined>();
  const drawn = [...figures].filter(([code, figure]) => figure > 0 && isDrawn(code)).toSorted((a, b) => b[1] - a[1]);
  const most = Math.max(1, drawn[0]?.[1] ?? 0);
  const labelOf = (code: string) =>
    `${countryName(code)} – ${textOr(`metric.${metric}`, metric)}: ${formatMetric(metric, figures.get(code))}`;
  const move = (from: Element, step: number) => {
    const all = [...from.closest('svg')!.querySelectorAll<SVGElement>('[data-code]')];
    all[(all.indexOf(from as SVGElement) + step + all.length) % all.length]?.focus();
  };
  return (
    <figure class="map" aria-busy={isLoading} aria-label={t('map.name')}>
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: the figure has a label; a title would pop up over the map. */}
      <svg viewBox={`0 0 ${shapes.width} ${shapes.height}`}>
        <Land figures={new Map(drawn)} />
        {drawn.map(([code, figure], at) => (
          <Country
            key={code}
            {...{ code, label: labelOf(code), colour: strength(figure, most), isFirst: at === 0 }}
            onClick={(event) => chooseValue(event as MouseEvent, tab, code)}
            onShow={(isShown) => setShown(isShown ? code : undefined)}
            onMove={(step) => move(document.activeElement!, step)}
          />
        ))}
      </svg>
      <figcaption aria-hidden="true">{shown ? labelOf(shown) : ''}</figcaption>
    </figure>
  );
}
