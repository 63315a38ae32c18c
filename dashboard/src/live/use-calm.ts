/** A value that changes often, for those to whom each change is read aloud. */
import { useEffect, useRef, useState } from 'preact/hooks';

/** Follows `value`, but changes at most once in `everyMs`. */
export function useCalm<T>(value: T, everyMs: number): T {
  const [calm, setCalm] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    if (value === calm) return;
    const change = () => {
      changedAt.current = Date.now();
      setCalm(value);
    };
    const timer = setTimeout(change, Math.max(0, changedAt.current + everyMs - Date.now()));
    return () => clearTimeout(timer);
  }, [value, calm, everyMs]);
  return calm;
}
