/** A metric's name with its definition as a tooltip, shown on hover and focus. */
import type { VNode } from 'preact';
import { useId, useState } from 'preact/hooks';
import { withDeferred } from '../deferred.ts';
import { textOr } from '../i18n/text.ts';
import { lazy } from './lazy.tsx';
import type { TipProps } from './tip.tsx';

const Tip = lazy<TipProps>(async () => (await withDeferred(import('./tip.tsx'))).Tip);

/** Spread `on` on the element to describe, and render `tip` beside it. */
export function useDefinition(metric: string): { on: Record<string, unknown>; tip: VNode | null } {
  const id = useId();
  const [place, setPlace] = useState<DOMRect | undefined>();
  const show = ({ currentTarget }: { currentTarget: Element }) => {
    setPlace(currentTarget.getBoundingClientRect());
  };
  const hide = () => setPlace(undefined);
  const on = {
    ...{ onMouseEnter: show, onFocus: show, onMouseLeave: hide, onBlur: hide },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !place) return;
      // Closes only the tooltip.
      event.stopPropagation();
      event.preventDefault();
      hide();
    },
    ...(place && { 'aria-describedby': id }),
  };
  return { on, tip: place ? <Tip id={id} metric={metric} place={place} /> : null };
}

interface TermProps {
  metric: string;
  /** If it differs from the metric's own name. */
  name?: string;
  /** Absent where the term only explains. */
  onClick?: () => void;
}

export function Term({ metric, name = textOr(`metric.${metric}`, metric), onClick }: TermProps) {
  const { on, tip } = useDefinition(metric);
  return (
    <>
      <button type="button" class="term" {...on} onClick={onClick}>
        {name}
      </button>
      {tip}
    </>
  );
}
