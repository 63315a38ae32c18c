/** The definition of a metric, as a tooltip. */
import { useEffect } from 'preact/hooks';
import { language } from '../i18n/text.ts';
import { definitionOf, loadDefinitions } from '../load-definitions.ts';

const width = 300;

export interface TipProps {
  id: string;
  metric: string;
  /** The position of the described element. */
  place: DOMRect;
}

/** Fixed to the viewport, so that no container clips it. */
export function Tip({ id, metric, place }: TipProps) {
  useEffect(loadDefinitions, [language.value]);
  const text = definitionOf(metric);
  if (!text) return null;
  const inlineSize = Math.min(width, innerWidth - 16);
  const left = Math.max(8, Math.min(place.left, innerWidth - inlineSize - 8));
  const isBelow = place.bottom < innerHeight * 0.7;
  const block = isBelow ? { top: `${place.bottom + 4}px` } : { bottom: `${innerHeight - place.top + 4}px` };
  return (
    <span role="tooltip" id={id} class="tip" style={{ left: `${left}px`, inlineSize: `${inlineSize}px`, ...block }}>
      {text}
    </span>
  );
}
