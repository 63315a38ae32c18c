/** Confines an error to one part of the page. */
import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { address } from '../router.ts';
import { clearCache } from '../use-request.ts';
import { Problem } from './problem.tsx';

export function ErrorBoundary({ children }: { children: ComponentChildren }) {
  const [problem, reset] = useErrorBoundary((error) => reportError(error));
  const shown = address.value;
  // At another address the error may not occur.
  useEffect(() => reset(), [shown]);
  const tryAgain = () => {
    // A cached result may have caused it.
    clearCache();
    reset();
  };
  return problem ? <Problem problem={problem} again={tryAgain} /> : children;
}
