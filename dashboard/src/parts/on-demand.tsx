/** Parts of the page whose code comes when they are shown for the first time. */
import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Problem } from './problem.tsx';

/** A component that stands for the one which `load` brings; `meanwhile` is shown until it is there. */
export function onDemand<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile: () => VNode | null = () => null,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function OnDemand(props: Props) {
    const [Part, setPart] = useState<ComponentType<Props> | undefined>(() => loaded);
    const [problem, setProblem] = useState<unknown>();
    useEffect(() => {
      if (loaded) return;
      load().then((part) => {
        loaded = part;
        setPart(() => part);
      }, setProblem);
    }, []);
    if (problem) return <Problem problem={problem} />;
    return Part ? <Part {...props} /> : meanwhile();
  };
}
