/** A name of a figure that says what it means to whoever points at it or reaches it by keyboard. */
import type { VNode } from 'preact';
import { useId, useState } from 'preact/hooks';
import { definitionOf, loadDefinitions } from '../definitions.ts';
import { textOr } from '../i18n/text.ts';

const width = 300;

/** Stays above everything, whatever clips what it is about. */
function Tip({ id, place, text }: { id: string; place: DOMRect; text: string }) {
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

/** `on` belongs to the control that the definition of `metric` describes, `tip` beside it. */
export function useDefinition(metric: string): { on: Record<string, unknown>; tip: VNode | null } {
  const id = useId();
  const [place, setPlace] = useState<DOMRect | undefined>();
  const show = ({ currentTarget }: { currentTarget: Element }) => {
    loadDefinitions();
    setPlace(currentTarget.getBoundingClientRect());
  };
  const hide = () => setPlace(undefined);
  const text = place ? definitionOf(metric) : '';
  const on = {
    ...{ onMouseEnter: show, onFocus: show, onMouseLeave: hide, onBlur: hide },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !place) return;
      // Takes away this, not what Escape takes away elsewhere.
      event.stopPropagation();
      event.preventDefault();
      hide();
    },
    ...(text && { 'aria-describedby': id }),
  };
  return { on, tip: place && text ? <Tip id={id} place={place} text={text} /> : null };
}

/** `onClick` absent: it only explains. */
export function Term({ metric, onClick }: { metric: string; onClick?: () => void }) {
  const { on, tip } = useDefinition(metric);
  return (
    <>
      <button type="button" class="term" {...on} onClick={onClick}>
        {textOr(`metric.${metric}`, metric)}
      </button>
      {tip}
    </>
  );
}
