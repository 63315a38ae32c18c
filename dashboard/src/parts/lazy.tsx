/** A part of the page whose code comes when it is shown for the first time. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { withLater } from '../later.ts';
import { refreshes } from '../use-answer.ts';
import { Problem } from './problem.tsx';

export type Loader = () => Promise<ComponentType>;

const loaded = new Map<Loader, ComponentType>();

/** To be given a `key` where another one may take its place. */
export function Lazy({ load }: { load: Loader }) {
  const [Part, setPart] = useState<ComponentType | undefined>(() => loaded.get(load));
  const [problem, setProblem] = useState<unknown>();
  const attempt = refreshes.value;
  // Who tries again has it loaded again.
  useEffect(() => {
    if (Part) return;
    withLater(load()).then((part) => {
      loaded.set(load, part);
      setPart(() => part);
    }, setProblem);
  }, [load, attempt]);
  if (Part) return <Part />;
  return problem ? <Problem problem={problem} /> : null;
}
