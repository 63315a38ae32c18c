/** Something of a site that several parts of the page show: asked once per site, and again with a refresh after a failure. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isOffline } from './api.ts';
import { refreshes } from './use-request.ts';

export function perSite<T>(ask: (siteId: string) => Promise<T>) {
  /** Undefined until it is known. */
  const value = signal<T | undefined>(undefined);
  /** Why it is not. */
  const problem = signal<unknown>(undefined);
  let site: string | undefined;
  let isAsked = false;

  function begin(siteId: string): void {
    if (siteId !== site) value.value = problem.value = undefined;
    site = siteId;
    isAsked = true;
  }

  function set(siteId: string, known: T): void {
    begin(siteId);
    value.value = known;
    problem.value = undefined;
  }

  async function load(siteId: string): Promise<void> {
    if (siteId === site && isAsked) return;
    begin(siteId);
    try {
      const answer = await ask(siteId);
      if (siteId === site) set(siteId, answer);
    } catch (error) {
      if (siteId !== site) return;
      isAsked = false;
      if (!isOffline(error)) problem.value = error;
    }
  }

  /** `siteId` undefined: nothing is asked. */
  function useLoading(siteId: string | undefined): void {
    const refresh = refreshes.value;
    // biome-ignore lint/correctness/useExhaustiveDependencies: what failed before is asked again.
    useEffect(() => {
      if (siteId !== undefined) void load(siteId);
    }, [siteId, refresh]);
  }

  return { value, problem, set, load, useLoading };
}
