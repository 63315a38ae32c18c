/** Keeps a fault in a part of the page from taking the rest away. */
import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { address } from '../router.ts';
import { clearCache } from '../use-request.ts';
import { Problem } from './problem.tsx';

export function ErrorBoundary({ children }: { children: ComponentChildren }) {
  const [problem, reset] = useErrorBoundary((error) => reportError(error));
  const shown = address.value;
  // Another address may have nothing that fails.
  useEffect(() => reset(), [shown]);
  const tryAgain = () => {
    // It may be an answer that nobody expected.
    clearCache();
    reset();
  };
  return problem ? <Problem problem={problem} again={tryAgain} /> : children;
}
