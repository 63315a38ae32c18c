/** Components whose code is loaded when they are first shown. */
import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { trackPending } from '../pending.ts';
import { refreshCount, refreshNow } from '../use-request.ts';
import { Problem } from './problem.tsx';

/** Renders the component that `load` resolves to, and `fallback` until then. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  fallback: () => VNode | null = () => null,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [Part, setPart] = useState<ComponentType<Props> | undefined>(() => loaded);
    const [problem, setProblem] = useState<unknown>();
    const attempt = refreshCount.value;
    // Refreshing retries a failed load, as does coming back online.
    useEffect(() => {
      if (Part) return;
      trackPending(loaded ? Promise.resolve(loaded) : load()).then((part) => {
        loaded = part;
        setPart(() => part);
      }, setProblem);
    }, [attempt]);
    if (Part) return <Part {...props} />;
    return problem ? <Problem problem={problem} again={refreshNow} /> : fallback();
  };
}
