/** A part of the page whose code comes when it is shown for the first time. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { loadPageTexts } from '../i18n/text.ts';
import { Problem } from './problem.tsx';

export type Loader = () => Promise<ComponentType>;

const loaded = new Map<Loader, ComponentType>();

export function Lazy({ load }: { load: Loader }) {
  const [Part, setPart] = useState<ComponentType | undefined>(() => loaded.get(load));
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    Promise.all([load(), loadPageTexts()]).then(([part]) => {
      loaded.set(load, part);
      setPart(() => part);
    }, setProblem);
  }, [load]);
  if (problem) return <Problem problem={problem} />;
  return Part ? <Part /> : null;
}
