/** A name of a figure that says what it means to whoever points at it or reaches it by keyboard. */
import type { VNode } from 'preact';
import { useId, useState } from 'preact/hooks';
import { withDeferred } from '../deferred.ts';
import { textOr } from '../i18n/text.ts';
import { lazy } from './lazy.tsx';
import type { TipProps } from './tip.tsx';

const Tip = lazy<TipProps>(async () => (await withDeferred(import('./tip.tsx'))).Tip);

/** `on` belongs to the control that the definition of `metric` describes, `tip` beside it. */
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
      // Takes away this, not what Escape takes away elsewhere.
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
  /** Where it is called otherwise than the metric. */
  name?: string;
  /** Absent: it only explains. */
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
