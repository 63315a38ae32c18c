/** Parts of the page whose code comes when they are shown for the first time. */
import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { trackPending } from '../pending.ts';
import { refreshCount, refreshNow } from '../use-request.ts';
import { Problem } from './problem.tsx';

/** A component that stands for the one which `load` brings; `meanwhile` is shown until it is there. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  fallback: () => VNode | null = () => null,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [Part, setPart] = useState<ComponentType<Props> | undefined>(() => loaded);
    const [problem, setProblem] = useState<unknown>();
    const attempt = refreshCount.value;
    // Who tries again has it loaded again, and so has a page that was offline.
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
